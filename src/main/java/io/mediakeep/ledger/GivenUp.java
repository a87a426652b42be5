package io.mediakeep.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;

/**
 * A media that was given up, and for which another URL has come, or the same by a way that we trust.
 *
 * @param wakes how often such a URL has brought it back before
 */
record GivenUp(MediaId id, String reason, int wakes, String oldUrl, String url) {
    /** A list may sign its URLs anew at each poll, so there is an end. */
    private static final int MOST_WAKES = 5;

    /** The address itself was the trouble, or the way to it; a new signature may be all it needs. */
    private static final Set<String> OF_THE_URL = Set.of(
            "url_expired",
            "dns",
            "connect",
            "tls",
            "throttled",
            "resp_status",
            "resp_length",
            "resp_truncated",
            "resp_too_slow",
            "resp_ambiguous",
            "resp_encoding");

    /** Not about the source at all. */
    private static final Set<String> OURS = Set.of("poison", "provider_off");

    static GivenUp read(ResultSet rs) throws SQLException {
        return new GivenUp(
                MediaId.of(rs),
                rs.getString("reason"),
                rs.getInt("wakes"),
                rs.getString("old_url"),
                rs.getString("url"));
    }

    /** Whether it may go better with the new URL: at another place always, at the same one for some reasons. */
    boolean isWorthAnother() {
        boolean trusted = oldUrl.equals(url);
        boolean elsewhere = trusted || !place(oldUrl).equals(place(url));
        return wakes < MOST_WAKES && !OURS.contains(reason) && (elsewhere || OF_THE_URL.contains(reason));
    }

    private static String place(String url) {
        return url.split("[?#]", 2)[0];
    }
}
