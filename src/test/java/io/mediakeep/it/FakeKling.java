package io.mediakeep.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Kling's API of both generations, as its documentation says: a product per path with page numbers from 1, and the
 * unified list by cursor. A task is in one product; the unified list and read show those that were put into it.
 */
public final class FakeKling extends FakeServer {
    private static final Set<String> PRODUCTS =
            Set.of("videos/text2video", "videos/image2video", "images/generations", "audio/text-to-audio");

    private final Clock clock;
    private final String apiKey;
    private final String accessKey;
    private final String secretKey;
    private final Map<String, List<Map<String, Object>>> lists = new ConcurrentHashMap<>();
    private final Set<String> unlisted = ConcurrentHashMap.newKeySet();
    final Set<String> tokens = ConcurrentHashMap.newKeySet();

    public FakeKling(Clock clock, String apiKey, String accessKey, String secretKey) {
        this.clock = clock;
        this.apiKey = apiKey;
        this.accessKey = accessKey;
        this.secretKey = secretKey;
    }

    /** @param product path below /v1, or {@code tasks} */
    public void put(String product, Map<String, Object> task) {
        List<Map<String, Object>> list = lists.computeIfAbsent(product, p -> new CopyOnWriteArrayList<>());
        list.removeIf(known -> id(known).equals(id(task)));
        list.add(0, task);
    }

    /** The task can be read, but no list shows it. */
    public void putUnlisted(String product, Map<String, Object> task) {
        unlisted.add(id(task));
        put(product, task);
    }

    public void remove(String product, String id) {
        lists.getOrDefault(product, List.of()).removeIf(task -> id(task).equals(id));
    }

    private static String id(Map<String, Object> task) {
        return String.valueOf(task.containsKey("task_id") ? task.get("task_id") : task.get("id"));
    }

    @Override
    Answer answer(Call call) {
        boolean unified = call.path().equals("/tasks");
        if (!authorized(call.authorization(), unified)) {
            return error(401, 1002, "Authorization is invalid");
        }
        if (unified) {
            return call.method().equals("POST") ? list(parse(call.body())) : find(call);
        }
        String path = call.path().startsWith("/v1/") ? call.path().substring(4) : "";
        if (!call.method().equals("GET")) {
            return error(404, 1202, "wrong method");
        }
        if (PRODUCTS.contains(path)) {
            return page(path, call);
        }
        int slash = path.lastIndexOf('/');
        if (slash < 0 || !PRODUCTS.contains(path.substring(0, slash))) {
            return error(404, 1203, "unknown resource");
        }
        String id = path.substring(slash + 1);
        return lists.getOrDefault(path.substring(0, slash), List.of()).stream()
                .filter(task -> id(task).equals(id))
                .findFirst()
                .map(FakeKling::good)
                .orElseGet(() -> error(400, 1201, "Task not found by id/external id"));
    }

    private Answer page(String product, Call call) {
        int number = Integer.parseInt(
                call.query().getOrDefault("pageNum", List.of("1")).get(0));
        int size = Integer.parseInt(
                call.query().getOrDefault("pageSize", List.of("30")).get(0));
        if (number < 1 || number > 1000 || size < 1 || size > 500) {
            return error(400, 1200, "bad parameters");
        }
        List<Map<String, Object>> all = listed(product);
        int from = Math.min(all.size(), (number - 1) * size);
        return good(all.subList(from, Math.min(all.size(), from + size)));
    }

    private Answer list(JsonNode query) {
        int limit = query.path("limit").asInt(100);
        if (limit < 1 || limit > 500 || !query.path("cursor").isTextual() && query.has("cursor")) {
            return error(400, 1200, "bad parameters");
        }
        String cursor = query.path("cursor").asText("");
        if (cursor.isEmpty()
                && (!query.path("start_time").isIntegralNumber()
                        || query.path("start_time").asLong()
                                >= query.path("end_time").asLong())) {
            return error(400, 1200, "bad window");
        }
        int from = cursor.isEmpty()
                ? 0
                : Integer.parseInt(new String(Base64.getDecoder().decode(cursor)));
        List<Map<String, Object>> all = listed("tasks");
        List<Map<String, Object>> page = all.subList(Math.min(from, all.size()), Math.min(all.size(), from + limit));
        boolean more = from + limit < all.size();
        String next = more
                ? Base64.getEncoder()
                        .encodeToString(Integer.toString(from + limit).getBytes())
                : "";
        return good(map("result", page, "count", page.size(), "next_cursor", next, "has_more", more));
    }

    private Answer find(Call call) {
        Set<String> asked = new TreeSet<>(List.of(call.parameter("task_ids").split(",")));
        if (asked.size() > 20) {
            return error(400, 1200, "too many ids");
        }
        return good(lists.getOrDefault("tasks", List.of()).stream()
                .filter(task -> asked.contains(id(task)))
                .toList());
    }

    private List<Map<String, Object>> listed(String product) {
        return new ArrayList<>(lists.getOrDefault(product, List.of()))
                .stream().filter(task -> !unlisted.contains(id(task))).toList();
    }

    private static Answer good(Object data) {
        return Answer.json(200, map("code", 0, "message", "SUCCEED", "request_id", "r-1", "data", data));
    }

    static Answer error(int status, int code, String message) {
        return Answer.json(status, map("code", code, "message", message, "request_id", "r-2"));
    }

    private boolean authorized(String authorization, boolean unified) {
        if (authorization == null || !authorization.startsWith("Bearer ")) {
            return false;
        }
        String token = authorization.substring(7);
        if (apiKey != null && token.equals(apiKey)) {
            return true;
        }
        return !unified && secretKey != null && validJwt(token);
    }

    private boolean validJwt(String token) {
        String[] parts = token.split("\\.");
        if (parts.length != 3) {
            return false;
        }
        byte[] expected = hmac(secretKey.getBytes(StandardCharsets.UTF_8), parts[0] + "." + parts[1]);
        Base64.Decoder decoder = Base64.getUrlDecoder();
        JsonNode header = parse(new String(decoder.decode(parts[0]), StandardCharsets.UTF_8));
        JsonNode claims = parse(new String(decoder.decode(parts[1]), StandardCharsets.UTF_8));
        long now = clock.instant().getEpochSecond();
        boolean valid = java.security.MessageDigest.isEqual(expected, decoder.decode(parts[2]))
                && header.path("alg").asText().equals("HS256")
                && header.path("typ").asText().equals("JWT")
                && claims.path("iss").asText().equals(accessKey)
                && claims.path("nbf").asLong() <= now
                && claims.path("exp").asLong() > now;
        if (valid) {
            tokens.add(token);
        }
        return valid;
    }

    /** The headers of a signed callback: Standard Webhooks, with an entry per secret. */
    public static Map<String, String> sign(String id, Clock clock, byte[] body, String... secrets) {
        String timestamp = Long.toString(clock.instant().getEpochSecond());
        StringBuilder signatures = new StringBuilder();
        for (String secret : secrets) {
            byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
            String content = id + "." + timestamp + "." + new String(body, StandardCharsets.UTF_8);
            signatures
                    .append(signatures.isEmpty() ? "" : " ")
                    .append("v1,")
                    .append(Base64.getEncoder().encodeToString(hmac(key, content)));
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("webhook-id", id);
        headers.put("webhook-timestamp", timestamp);
        headers.put("webhook-signature", signatures.toString());
        return headers;
    }

    public static byte[] hmac(byte[] key, String content) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(content.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
