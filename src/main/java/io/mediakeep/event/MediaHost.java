package io.mediakeep.event;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The host of a media URL, whose copies share a lane. */
public final class MediaHost {
    private static final int LONGEST = 255;
    private static final Pattern AUTHORITY =
            Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://([!-~&&[^/?#\\\\]]*)(?:[/?#]|$)");

    private MediaHost() {}

    /** In lower case, without port; empty where the URL names none. What stands behind it need not be written as in a URL. */
    public static String of(String url) {
        Matcher matcher = AUTHORITY.matcher(url);
        if (!matcher.lookingAt()) {
            return "";
        }
        String authority = matcher.group(1);
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        int colon = host.indexOf(':', host.startsWith("[") ? host.indexOf(']') : 0);
        host = (colon < 0 ? host : host.substring(0, colon)).toLowerCase(Locale.ROOT);
        return host.length() > LONGEST ? "" : host;
    }
}
