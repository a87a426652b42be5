package io.mediakeep.provider;

import io.mediakeep.settings.Settings;
import java.net.URI;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Our credentials for media that a provider keeps behind its own API: where {@code mediakeep.<p>.keyed-media} says so, and to the
 * very origin of {@code mediakeep.<p>.api-url} alone. Thread-safe.
 */
public final class MediaCredentials {
    private final Map<String, String> origins = new HashMap<>();
    private final Authorization authorization;

    /** @param accounts those that are on */
    public MediaCredentials(Settings settings, Collection<String> accounts, Authorization authorization) {
        this.authorization = authorization;
        for (String account : accounts) {
            String keyed = "mediakeep." + account + ".keyed-media";
            if (settings.find(keyed).isPresent() && settings.flag(keyed)) {
                origins.put(account, origin(URI.create(settings.httpUrl("mediakeep." + account + ".api-url"))));
            }
        }
    }

    /**
     * Headers for the request of a media.
     *
     * @param url as it is going to be asked, read by nobody after this
     * @return none for any other origin
     */
    public Map<String, String> headers(String account, URI url) {
        String origin = origins.get(account);
        return origin != null && origin.equals(origin(url)) ? authorization.headers(account) : Map.of();
    }

    /** Scheme, host and port; empty for what has none of them, or has more. */
    private static String origin(URI url) {
        if (url.getScheme() == null || url.getHost() == null || url.getRawUserInfo() != null) {
            return "";
        }
        String scheme = url.getScheme().toLowerCase(Locale.ROOT);
        int port = url.getPort() >= 0 ? url.getPort() : scheme.equals("https") ? 443 : 80;
        return scheme + "://" + url.getHost().toLowerCase(Locale.ROOT) + ":" + port;
    }
}
