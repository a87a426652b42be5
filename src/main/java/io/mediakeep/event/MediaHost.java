package io.mediakeep.event;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** The host of a media URL, whose copies share a lane. */
public final class MediaHost {
    private static final int LONGEST = 255;

    private MediaHost() {}

    /** In lower case, without port; empty where the URL names none. */
    public static String of(String url) {
        String authority;
        try {
            authority = new URI(url).getRawAuthority();
        } catch (URISyntaxException e) {
            return "";
        }
        if (authority == null) {
            return "";
        }
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        int colon = host.startsWith("[") ? host.indexOf(':', host.indexOf(']')) : host.indexOf(':');
        host = (colon < 0 ? host : host.substring(0, colon)).toLowerCase(Locale.ROOT);
        return host.length() > LONGEST ? "" : host;
    }
}
