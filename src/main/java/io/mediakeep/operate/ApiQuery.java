package io.mediakeep.operate;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Parameters of a request to the API. */
final class ApiQuery {
    private ApiQuery() {}

    static Map<String, String> filters(String query, Set<String> known) throws ApiException {
        Map<String, String> asked = filters(query, known, true);
        for (Map.Entry<String, String> parameter : asked.entrySet()) {
            if (parameter.getValue().isBlank()) {
                throw new ApiException(400, "'" + parameter.getKey() + "' is empty; leave it out to mean all");
            }
        }
        return asked;
    }

    static Map<String, String> filters(String query, Set<String> known, boolean once) throws ApiException {
        Map<String, String> asked = new LinkedHashMap<>();
        if (query == null || query.isEmpty()) {
            return asked;
        }
        for (String pair : query.split("&")) {
            int at = pair.indexOf('=');
            String name = decode(at < 0 ? pair : pair.substring(0, at));
            String value = at < 0 ? "" : decode(pair.substring(at + 1));
            if (!known.contains(name)) {
                throw new ApiException(400, "known parameters are " + String.join(", ", new TreeSet<>(known)));
            }
            if (asked.put(name, value) != null && once) {
                throw new ApiException(400, "'" + name + "' is there twice");
            }
        }
        return asked;
    }

    static String decode(String text) throws ApiException {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ApiException(400, "the URL has a malformed escape");
        }
    }
}
