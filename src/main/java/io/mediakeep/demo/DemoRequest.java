package io.mediakeep.demo;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request to a simulated API.
 *
 * @param path  without the prefix that stands for the provider's host
 * @param query decoded; a parameter may be there several times
 */
record DemoRequest(String method, String path, Map<String, List<String>> query, String authorization, String body) {

    /** @param rawQuery may be null or empty, as may authorization and body */
    static DemoRequest of(
            String prefix, String method, String path, String rawQuery, String authorization, String body) {
        Map<String, List<String>> query = new LinkedHashMap<>();
        for (String pair : (rawQuery == null ? "" : rawQuery).split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                query.computeIfAbsent(decode(pair.substring(0, equals)), name -> new ArrayList<>())
                        .add(decode(pair.substring(equals + 1)));
            }
        }
        String rest = path.startsWith(prefix) ? path.substring(prefix.length()) : path;
        return new DemoRequest(
                method, rest, query, authorization == null ? "" : authorization, body == null ? "" : body);
    }

    /** The last segment of the path. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The values of a parameter, given several times or with commas. */
    List<String> all(String parameter) {
        return query.getOrDefault(parameter, List.of()).stream()
                .flatMap(value -> List.of(value.split(",")).stream())
                .filter(value -> !value.isEmpty())
                .toList();
    }

    /** The first value of the first of these parameters that is there, or else the default. */
    String first(String otherwise, String... parameters) {
        for (String parameter : parameters) {
            List<String> values = query.getOrDefault(parameter, List.of());
            if (!values.isEmpty() && !values.get(0).isEmpty()) {
                return values.get(0);
            }
        }
        return otherwise;
    }

    /** @throws IllegalArgumentException if it is no whole number from least to most */
    int number(int otherwise, int least, int most, String... parameters) {
        String text = first(String.valueOf(otherwise), parameters);
        int number = text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
        if (number < least || number > most) {
            throw new IllegalArgumentException(parameters[0] + " must be " + least + " to " + most);
        }
        return number;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
