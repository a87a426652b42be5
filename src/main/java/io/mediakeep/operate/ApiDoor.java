package io.mediakeep.operate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Who may use the API: whoever has the token, or, where none is set, requests from this machine that did not come through
 * a proxy or a foreign web page. Thread-safe.
 */
public final class ApiDoor {
    private static final Set<String> PROXY_HEADERS =
            Set.of("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "via");
    private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    private final byte[] token;

    /** @param token null or empty: the API answers only to loopback */
    public ApiDoor(String token) {
        this.token = token == null || token.isEmpty() ? null : token.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * @param remote  where the connection comes from
     * @param url     the URL asked for, with the host that the caller named (in HTTP/2 no header has it)
     * @param headers a header that came more than once has a list as its value
     * @throws ApiException 401 without a right token, 403 where none is set and the request is not local
     */
    public void check(Object remote, String url, Map<String, Object> headers) throws ApiException {
        if (token != null) {
            String given = header(headers, "authorization");
            byte[] bearer = given.startsWith("Bearer ")
                    ? given.substring("Bearer ".length()).getBytes(StandardCharsets.UTF_8)
                    : new byte[0];
            if (!MessageDigest.isEqual(token, bearer)) {
                throw new ApiException(401, "a bearer token is needed");
            }
            return;
        }
        if (!isLoopback(remote)) {
            throw new ApiException(401, "without mediakeep.api.token the API answers only to loopback");
        }
        for (String name : PROXY_HEADERS) {
            if (!header(headers, name).isEmpty()) {
                throw new ApiException(401, "without mediakeep.api.token the API does not answer through a proxy");
            }
        }
        String host = authority(url);
        if (!LOCAL_NAMES.contains(host.replaceFirst(":\\d{1,5}$", ""))) {
            throw new ApiException(403, "without mediakeep.api.token the API answers only as localhost");
        }
        String origin = header(headers, "origin");
        if (!origin.isEmpty() && !origin.equals("http://" + host)) {
            throw new ApiException(403, "the API does not answer to other sites");
        }
    }

    private static boolean isLoopback(Object remote) {
        if (remote instanceof InetSocketAddress socket) {
            InetAddress address = socket.getAddress();
            return address != null && address.isLoopbackAddress();
        }
        String text = String.valueOf(remote);
        return text.startsWith("127.0.0.1:")
                || text.startsWith("[0:0:0:0:0:0:0:1]:")
                || text.startsWith("[::1]:")
                || text.startsWith("0:0:0:0:0:0:0:1:");
    }

    private static String authority(String url) {
        try {
            String authority = URI.create(url).getRawAuthority();
            return authority == null ? "" : authority.toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** Empty where it is missing; a header that came twice fits nothing. */
    private static String header(Map<String, Object> headers, String name) {
        for (Map.Entry<String, Object> header : headers.entrySet()) {
            if (header.getKey().equalsIgnoreCase(name)) {
                return header.getValue() instanceof List ? "?" : String.valueOf(header.getValue());
            }
        }
        return "";
    }
}
