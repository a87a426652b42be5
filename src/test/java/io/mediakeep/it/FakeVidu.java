package io.mediakeep.it;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Vidu's API as its documentation says: one list with window, filters and paging, and the details of a task. */
final class FakeVidu extends FakeServer {
    private final String key;
    private final List<Map<String, Object>> tasks = new CopyOnWriteArrayList<>();
    private final Map<String, Map<String, Object>> details = new ConcurrentHashMap<>();
    /** {@code pager} or {@code paper}: the prefix this Vidu understands; parameters with the other one are ignored. */
    volatile String prefix = "pager";
    /** Most tasks on a page, whatever is asked for. */
    volatile int most = 100;

    /** Whether the list gives tokens for the next page. */
    volatile boolean givesTokens = true;

    FakeVidu(String key) {
        this.key = key;
    }

    /** @param listed what the list shows of the task: no err_code, no payload; null if it does not */
    void put(String id, Map<String, Object> listed, Map<String, Object> detail) {
        tasks.removeIf(task -> id.equals(task.get("id")));
        if (listed != null) {
            tasks.add(0, listed);
        }
        if (detail != null) {
            details.put(id, detail);
        }
    }

    /** Shows a task at the end of its list. */
    void putLast(Map<String, Object> listed) {
        tasks.add(listed);
        details.put(listed.get("id").toString(), listed);
    }

    /** Shows this instead of the newest task; null takes that away. */
    void replaceFirst(Map<String, Object> listed) {
        tasks.remove(0);
        if (listed != null) {
            tasks.add(0, listed);
        }
    }

    @Override
    Answer answer(Call call) {
        if (!("Token " + key).equals(call.authorization())) {
            return error(401, "Unauthorized");
        }
        if (!call.method().equals("GET")) {
            return error(400, "BadRequest");
        }
        if (call.path().equals("/ent/v2/tasks")) {
            return list(call);
        }
        if (call.path().startsWith("/ent/v2/tasks/") && call.path().endsWith("/creations")) {
            Map<String, Object> detail = details.get(call.path().split("/")[4]);
            return detail == null ? error(404, "TaskNotFound") : Answer.json(200, detail);
        }
        return error(404, "NotFound");
    }

    private Answer list(Call call) {
        Instant from = Instant.parse(call.parameter("created_at.from"));
        Instant to = Instant.parse(call.parameter("created_at.to"));
        if (!from.isBefore(to)) {
            return error(400, "FieldInvalid");
        }
        String asked = call.parameter(prefix + ".pagesz");
        int size = asked == null ? 10 : Math.min(most, Integer.parseInt(asked));
        if (size < 1 || size > 100) {
            return error(400, "FieldInvalid");
        }
        List<String> states = call.query().get("states");
        List<String> ids = call.query().get("task_ids");
        List<Map<String, Object>> found = tasks.stream()
                .filter(task -> ids == null || ids.contains(task.get("id")))
                .filter(task -> states == null || states.contains(task.get("state")))
                .filter(task -> {
                    Object created = task.get("created_at");
                    return created == null
                            || !Instant.parse((String) created).isBefore(from)
                                    && !Instant.parse((String) created).isAfter(to);
                })
                .toList();
        String token = call.parameter(prefix + ".page_token");
        String page = call.parameter(prefix + ".page");
        int start = token != null ? Integer.parseInt(token) : page == null ? 0 : Integer.parseInt(page) * size;
        int end = Math.min(found.size(), start + size);
        String next = givesTokens && end < found.size() ? Integer.toString(end) : "";
        return Answer.json(
                200, map("next_page_token", next, "tasks", found.subList(Math.min(start, found.size()), end)));
    }

    static Answer error(int status, String code) {
        return Answer.json(status, map("code", code, "message", code, "reason", code));
    }

    /** The headers of a signed callback. */
    static Map<String, String> sign(String token, String path, String query, String nonce, Clock clock) {
        String date = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
                .withZone(ZoneOffset.UTC)
                .format(clock.instant());
        String content = "POST\n" + path + "\n" + query + "\nvidu\n" + date + "\nDate:" + date + "\nx-request-nonce:"
                + nonce + "\n";
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Date", date);
        headers.put("x-request-nonce", nonce);
        headers.put("X-HMAC-SIGNED-HEADERS", "Date;x-request-nonce");
        headers.put("X-HMAC-ALGORITHM", "hmac-sha256");
        headers.put("X-HMAC-ACCESS-KEY", "vidu");
        headers.put(
                "X-HMAC-SIGNATURE",
                Base64.getEncoder().encodeToString(FakeKling.hmac(token.getBytes(StandardCharsets.UTF_8), content)));
        return headers;
    }
}
