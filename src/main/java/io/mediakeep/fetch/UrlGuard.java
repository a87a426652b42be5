package io.mediakeep.fetch;

import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.ForeignHostFailure;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks the text of a URL that came from outside, before any name is resolved; {@link GuardedResolver} then checks where
 * the name leads. Immutable, thread-safe.
 *
 * <p>The URL is parsed once, by {@link URI}, and the request is built from those parts: parsers differ in what they take for the
 * host, so a second one could be made to see another target than the checked one.
 */
public final class UrlGuard {
    static final int MAX_LENGTH = 8192;
    /** Scheme and authority, as far as they are there; the rest without a fragment. */
    private static final Pattern PARTS =
            Pattern.compile("((?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#]*)?)([^#]*)(?:#.*)?", Pattern.DOTALL);

    private static final Pattern UNCLEAN = Pattern.compile("[\\p{Cc}\\p{Cs}\\\\]|^[\\s\\p{Z}]|[\\s\\p{Z}]$");
    private static final Pattern ESCAPE = Pattern.compile("%[0-9A-Fa-f]{2}");
    private static final String MUST_BE_ENCODED = " \"<>[]^`{|}";

    private static final Pattern PORT = Pattern.compile("[0-9]{1,9}");
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern QUAD = Pattern.compile("(?:" + OCTET + "\\.){3}" + OCTET);
    private static final String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
    private static final Pattern NAME = Pattern.compile("(?=.{1,253}$)" + LABEL + "(?:\\." + LABEL + ")*");
    /** C libraries and the JDK read such hosts as addresses, each in its own way. */
    private static final Pattern NUMERIC_LAST_LABEL = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

    private static final Pattern LOCAL_NAME = Pattern.compile("[^.]*|.*\\.(?:localhost|local|internal)");

    private final Set<Integer> ports;
    private final boolean allowPrivate;
    private final AddressTable addresses;

    /**
     * @param ports        allowed ports; 443 is meant where a URL names none
     * @param allowPrivate lets plain http, any port, local names and private addresses through; for demos and tests only
     */
    public UrlGuard(Set<Integer> ports, boolean allowPrivate, AddressTable addresses) {
        this.ports = Set.copyOf(ports);
        this.allowPrivate = allowPrivate;
        this.addresses = addresses;
    }

    /**
     * @return the URL with scheme and host in lower case, without fragment and default port; path and query as given but for what
     *     {@link #encoded} changes
     * @throws FinalFailure with reason {@code url_scheme}, {@code url_syntax}, {@code url_userinfo}, {@code url_port}, {@code
     *     url_length}, {@code url_host} or {@code url_address}
     */
    public URI check(String url, HostPatterns hosts) {
        URI uri = parse(url);
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !(allowPrivate && scheme.equals("http"))) {
            throw new FinalFailure("url_scheme", "expected an https URL, but found scheme " + brief(scheme));
        }
        String authority = uri.getRawAuthority();
        if (authority == null) {
            throw new FinalFailure("url_syntax", "the URL has no host");
        }
        if (authority.indexOf('@') >= 0) {
            throw new FinalFailure("url_userinfo", "the URL holds user information");
        }
        int end = endOfHost(authority);
        String host = authority.substring(0, end).toLowerCase(Locale.ROOT);
        int defaultPort = scheme.equals("https") ? 443 : 80;
        int port = port(end == authority.length() ? "" : authority.substring(end + 1), defaultPort);
        checkHost(host, hosts);

        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return URI.create(scheme + "://" + host + (port == defaultPort ? "" : ":" + port) + path + query);
    }

    /**
     * What may be shown of a checked URL: its host. Path and query may hold signatures. {@link URI#getHost} knows no name with an
     * underscore, and CDNs have such.
     */
    public static String safe(URI url) {
        String authority = url.getRawAuthority();
        return authority == null ? "unknown host" : authority.substring(0, endOfHost(authority));
    }

    /** Of a checked URL; -1 for the default one. */
    static int port(URI url) {
        String authority = url.getRawAuthority();
        int end = endOfHost(authority);
        return end == authority.length() ? -1 : Integer.parseInt(authority.substring(end + 1));
    }

    private static int endOfHost(String authority) {
        int colon = authority.indexOf(':', authority.startsWith("[") ? authority.indexOf(']') : 0);
        return colon < 0 ? authority.length() : colon;
    }

    /**
     * The URL as browsers send it where it holds what a URL may not: blanks, quotes, brackets and the like, and whatever is not
     * ASCII, percent-encoded as UTF-8. What is encoded already stays as it is, byte for byte, for it may be signed.
     *
     * @param url or a reference to be resolved; without a fragment in the answer
     * @throws FinalFailure {@code url_syntax} for a backslash, a control character, half a character or a blank at either end, and for
     *     all of these in the host, where two parsers may read them in two ways
     */
    static String encoded(String url) {
        Matcher parts = PARTS.matcher(url);
        boolean clean = parts.matches()
                && !UNCLEAN.matcher(url).find()
                && parts.group(1).chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (!clean) {
            throw new FinalFailure(
                    "url_syntax",
                    "the URL holds a backslash, a control character, a blank at one end, or in its host a character that is not"
                            + " visible ASCII");
        }
        StringBuilder encoded = new StringBuilder(parts.group(1));
        String rest = parts.group(2);
        for (int i = 0; i < rest.length(); ) {
            int c = rest.codePointAt(i);
            int next = i + Character.charCount(c);
            boolean escape =
                    c == '%' && ESCAPE.matcher(rest).region(i, rest.length()).lookingAt();
            if (escape || c < 0x80 && c != '%' && MUST_BE_ENCODED.indexOf(c) < 0) {
                encoded.appendCodePoint(c);
            } else {
                for (byte b : rest.substring(i, next).getBytes(StandardCharsets.UTF_8)) {
                    encoded.append(String.format("%%%02X", b & 0xff));
                }
            }
            i = next;
        }
        return encoded.toString();
    }

    private static URI parse(String url) {
        if (url == null || url.isEmpty()) {
            throw new FinalFailure("url_syntax", "the URL is empty");
        }
        if (url.length() > MAX_LENGTH) {
            throw new FinalFailure(
                    "url_length", "the URL has " + url.length() + " characters, more than " + MAX_LENGTH);
        }
        URI uri;
        try {
            uri = new URI(encoded(url));
        } catch (URISyntaxException e) {
            // Not as the cause: its message repeats the URL.
            throw new FinalFailure("url_syntax", "the URL cannot be parsed at index " + e.getIndex());
        }
        if (!uri.isAbsolute()) {
            throw new FinalFailure("url_syntax", "the URL has no scheme");
        }
        return uri;
    }

    private int port(String text, int defaultPort) {
        if (text.isEmpty()) {
            text = Integer.toString(defaultPort);
        }
        int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : -1;
        if (port < 1 || port > 65535 || !allowPrivate && !ports.contains(port)) {
            throw new FinalFailure("url_port", "expected port " + ports + ", but found " + brief(text));
        }
        return port;
    }

    private void checkHost(String host, HostPatterns hosts) {
        boolean literal = host.startsWith("[") || QUAD.matcher(host).matches() || host.equals("0");
        if (literal) {
            if (!allowPrivate && !isPublicLiteral(host)) {
                throw new FinalFailure("url_address", brief(host) + " may not be reached");
            }
            if (!allowPrivate && host.indexOf('%') >= 0) {
                throw new FinalFailure("url_host", "expected one of " + hosts + ", but found " + brief(host));
            }
            if (allowPrivate ? !hosts.matches(host) : !hosts.names(host)) {
                throw foreign(host, hosts);
            }
            return;
        }
        if (!NAME.matcher(host).matches()
                || NUMERIC_LAST_LABEL.matcher(host).matches()
                || !allowPrivate && LOCAL_NAME.matcher(host).matches()) {
            throw new FinalFailure("url_host", "expected one of " + hosts + ", but found " + brief(host));
        }
        if (!hosts.matches(host)) {
            throw foreign(host, hosts);
        }
    }

    private static FinalFailure foreign(String host, HostPatterns hosts) {
        return new ForeignHostFailure(host, "expected one of " + hosts + ", but found " + brief(host));
    }

    private boolean isPublicLiteral(String host) {
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        int zone = bare.indexOf('%');
        try {
            // No name service is asked: the text is an address.
            return addresses.isPublic(InetAddress.getByName(zone < 0 ? bare : bare.substring(0, zone)));
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static String brief(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "...";
    }
}
