package io.mediakeep.operate;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;

/**
 * Who may use the API: whoever has the token, wherever the request comes from. A proxy on this machine makes all of the world
 * look local, so an address proves nothing. Thread-safe.
 */
public final class ApiDoor {
    private static final String SCHEME = "Bearer ";

    private final byte[] token;

    public ApiDoor(String token) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * @param headers a header that came more than once has a list as its value
     * @throws ApiException 401 without the right token
     */
    public void check(Map<String, Object> headers) throws ApiException {
        String given = authorization(headers);
        byte[] bearer = given.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? given.substring(SCHEME.length()).getBytes(StandardCharsets.UTF_8)
                : new byte[0];
        if (!MessageDigest.isEqual(token, bearer)) {
            throw new ApiException(401, "a bearer token is needed");
        }
    }

    /** Empty where it is missing; one that came twice fits nothing. */
    private static String authorization(Map<String, Object> headers) {
        for (Map.Entry<String, Object> header : headers.entrySet()) {
            if (header.getKey().equalsIgnoreCase("authorization")) {
                return header.getValue() instanceof List ? "" : String.valueOf(header.getValue());
            }
        }
        return "";
    }
}
