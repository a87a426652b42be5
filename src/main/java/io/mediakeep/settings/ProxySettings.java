package io.mediakeep.settings;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The HTTP proxy on the way out. What is on this machine is never asked through it, and no other proxy is ever used: those that
 * the environment or the system properties name are for others. Immutable.
 *
 * @param user     null where the proxy asks for none
 * @param password null where the proxy asks for none; never to be logged
 * @param media    whether media come through it too
 */
public record ProxySettings(String host, int port, String user, String password, boolean media) {
    private static final String URL = "mediakeep.proxy.url";
    private static final String MEDIA = "mediakeep.proxy.media";
    private static final Pattern LOOPBACK = Pattern.compile("(?i)127(\\.[0-9]{1,3}){3}|localhost|\\[?::1]?");

    /** @throws SettingException that says nothing of what the URL holds */
    public static Optional<ProxySettings> read(Settings settings) {
        boolean media = settings.find(MEDIA).isPresent() && settings.flag(MEDIA);
        Optional<ProxySettings> proxy = settings.find(URL).map(url -> parse(url, media));
        if (media && proxy.isEmpty()) {
            throw new SettingException(MEDIA, "false while " + URL + " is empty", "is true");
        }
        return proxy;
    }

    /** Whether a host is this machine by its very text: nothing is looked up. */
    public static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }

    private static ProxySettings parse(String url, boolean media) {
        try {
            URI uri = new URI(url);
            String path = uri.getRawPath();
            String user = uri.getRawUserInfo();
            boolean fits = "http".equalsIgnoreCase(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getPort() > 0
                    && uri.getPort() <= 65_535
                    && (path.isEmpty() || path.equals("/"))
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && (user == null || user.indexOf(':') > 0);
            if (fits) {
                return new ProxySettings(
                        uri.getHost(),
                        uri.getPort(),
                        user == null ? null : decoded(user.substring(0, user.indexOf(':'))),
                        user == null ? null : decoded(user.substring(user.indexOf(':') + 1)),
                        media);
            }
        } catch (java.net.URISyntaxException | IllegalArgumentException e) {
            // Not repeated in the message: it may hold a password.
        }
        throw new SettingException(
                URL, "http://host:port or http://user:password@host:port, percent-encoded where needed", "is not");
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "http://" + host + ":" + port;
    }
}
