package io.mediakeep.demo;

import static io.mediakeep.demo.DemoJson.object;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Simulates Kling: both generations of its API over the same tasks, callbacks at each change of status, signed by
 * Standard Webhooks. Tasks of the old generation show up in the new list too, but not the other way round.
 */
public final class DemoKling {
    private static final String PREFIX = "/demo/kling";
    private static final String NEW = "text-to-video";
    private static final Map<String, String> LEGACY = Map.of(
            "/v1/videos/text2video", "text2video",
            "/v1/videos/image2video", "image2video",
            "/v1/images/generations", "generations");
    private static final String IMAGES = "generations";
    private static final String SUCCEEDED = "succeed";
    private static final Set<String> LIST_KEYS = Set.of("status", "product_type");
    private static final int IDS_PER_CALL = 20;
    private static final Duration DEFAULT_WINDOW = Duration.ofDays(30);
    private static final String REASON = "Failure to pass the risk control system";

    private final DemoOrigin origin;
    private final DemoTasks tasks;
    private final Clock clock;
    private final String apiKey;
    private final byte[] secret;
    private final String callbackPath;

    /**
     * @param callbackSecret {@code whsec_} and base64, or base64 alone; of several, the first signs
     * @param callbackToken  last part of the callback URL
     */
    public DemoKling(DemoPlan plan, DemoOrigin origin, String apiKey, String callbackSecret, String callbackToken) {
        this(plan, origin, apiKey, callbackSecret, callbackToken, Clock.systemUTC());
    }

    DemoKling(
            DemoPlan plan, DemoOrigin origin, String apiKey, String callbackSecret, String callbackToken, Clock clock) {
        this.origin = origin;
        this.tasks = new DemoTasks(plan, "kling", clock);
        this.clock = clock;
        this.apiKey = apiKey;
        this.secret =
                Base64.getDecoder().decode(callbackSecret.split(",")[0].strip().replaceFirst("^whsec_", ""));
        this.callbackPath = "/callbacks/kling/" + callbackToken;
    }

    /** Makes a task, as if an application had asked for it. */
    public void create() {
        tasks.create(this::draft);
    }

    private DemoTasks.Draft draft(DemoDice dice, DemoTasks.Ids ids) {
        int roll = dice.below(100);
        String product = roll < 35 ? "text2video" : roll < 60 ? "image2video" : roll < 80 ? IMAGES : NEW;
        boolean images = product.equals(IMAGES);
        List<DemoTask.Media> media = new ArrayList<>();
        for (int i = 0; i < (images ? 1 + dice.below(3) : 1); i++) {
            DemoFile file = images ? DemoFile.STILL : dice.percent(50) ? DemoFile.DUSK : DemoFile.FRACTAL;
            String path = "/kling/" + ids.at(0) + "/" + (images ? i + ".origin" : ids.at(i + 1) + "-output.mp4");
            origin.publish(path, file, dice.fault());
            media.add(new DemoTask.Media(ids.at(i + 1), file, path));
        }
        return new DemoTasks.Draft(
                ids.at(0),
                product,
                List.of(
                        new DemoTasks.State("submitted", true),
                        new DemoTasks.State("processing", true),
                        new DemoTasks.State(SUCCEEDED, true)),
                new DemoTasks.State("failed", true),
                media);
    }

    /** Takes the callbacks whose time has come, signed now. */
    public List<DemoPost> due() {
        return tasks.due().stream().map(this::post).toList();
    }

    private DemoPost post(DemoCallback callback) {
        boolean legacy = !callback.task().product().equals(NEW);
        String body = DemoJson.text(
                legacy ? legacy(callback.task(), callback.step(), false) : renewed(callback.task(), callback.step()));
        String id = String.valueOf(8_674_665_223_000_000_000L
                + callback.task().createdAt().toEpochMilli() % 1_000_000_000L * 1_000
                + callback.number());
        String timestamp = String.valueOf(clock.instant().getEpochSecond());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("webhook-id", id);
        headers.put("webhook-timestamp", timestamp);
        headers.put("webhook-signature", "v1," + DemoSignature.base64(secret, id + "." + timestamp + "." + body));
        return new DemoPost(callback, callbackPath, "", headers, body);
    }

    /** Answers a request to {@code /demo/kling/...}. */
    public DemoAnswer answer(String method, String path, String query, String authorization, String body) {
        DemoRequest request = DemoRequest.of(PREFIX, method, path, query, authorization, body);
        if (request.authorization().isEmpty()) {
            return error(401, 1001, "Authorization is empty");
        }
        if (!DemoSignature.same(request.authorization(), "Bearer " + apiKey)) {
            return error(401, 1002, "Authorization is invalid");
        }
        try {
            if (request.path().equals("/tasks")) {
                return request.method().equals("POST") ? newList(request) : newTasks(request);
            }
            if (!request.method().equals("GET")) {
                return error(404, 1202, "The requested method is invalid");
            }
            String product = LEGACY.get(request.path());
            if (product != null) {
                return legacyList(request, product);
            }
            product = LEGACY.get(request.path().replaceFirst("/[^/]*$", ""));
            return product == null
                    ? error(404, 1203, "The requested resource does not exist")
                    : legacyTask(request.name(), product);
        } catch (IllegalArgumentException e) {
            return error(400, 1200, e.getMessage());
        }
    }

    private DemoAnswer legacyList(DemoRequest request, String product) {
        int page = request.number(1, 1, 1_000, "pageNum");
        int size = request.number(30, 1, 500, "pageSize");
        Instant now = clock.instant();
        return ok(tasks.newestFirst().stream()
                .filter(task -> task.product().equals(product))
                .skip((page - 1L) * size)
                .limit(size)
                .map(task -> legacy(task, task.at(now), true))
                .toList());
    }

    private DemoAnswer legacyTask(String id, String product) {
        Optional<DemoTask> task = tasks.find(DemoTask::id, id)
                .or(() -> tasks.find(DemoTask::order, id))
                .filter(found -> found.product().equals(product));
        return task.map(found -> ok(legacy(found, found.at(clock.instant()), true)))
                .orElseGet(() -> error(400, 1201, "Task not found by id/external id"));
    }

    private DemoAnswer newTasks(DemoRequest request) {
        List<String> ids = request.all("task_ids");
        List<String> orders = request.all("external_task_ids");
        if (ids.isEmpty() == orders.isEmpty() || ids.size() + orders.size() > IDS_PER_CALL) {
            throw new IllegalArgumentException(
                    "either task_ids or external_task_ids must be given, at most " + IDS_PER_CALL);
        }
        Instant now = clock.instant();
        return ok(Stream.concat(
                        ids.stream().flatMap(id -> tasks.find(DemoTask::id, id).stream()),
                        orders.stream().flatMap(order -> tasks.find(DemoTask::order, order).stream()))
                .map(task -> renewed(task, task.at(now)))
                .toList());
    }

    private DemoAnswer newList(DemoRequest request) {
        Instant now = clock.instant();
        JsonNode wanted = DemoJson.read(request.body());
        int limit = wanted.path("limit").asInt(100);
        if (limit < 1 || limit > 500) {
            throw new IllegalArgumentException("limit must be 1 to 500");
        }
        Window window = Window.of(wanted, now);
        List<DemoTask> found = tasks.newestFirst().stream()
                .filter(window::holds)
                .filter(task -> passes(wanted, task, now))
                .limit(limit + 1L)
                .toList();
        boolean more = found.size() > limit;
        List<DemoTask> page = more ? found.subList(0, limit) : found;
        return ok(object(
                "result",
                page.stream().map(task -> renewed(task, task.at(now))).toList(),
                "count",
                page.size(),
                "next_cursor",
                more ? window.cursor(page.get(limit - 1).id()) : "",
                "has_more",
                more));
    }

    /** A cursor carries the window along, and the last id of the page before. */
    private record Window(long from, long to, long below) {
        static Window of(JsonNode wanted, Instant now) {
            String cursor = wanted.path("cursor").asText("");
            if (cursor.isEmpty()) {
                return new Window(
                        wanted.path("start_time")
                                .asLong(now.minus(DEFAULT_WINDOW).toEpochMilli()),
                        wanted.path("end_time").asLong(now.toEpochMilli()),
                        Long.MAX_VALUE);
            }
            JsonNode kept = DemoJson.read(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
            return new Window(
                    kept.path("f").asLong(),
                    kept.path("t").asLong(),
                    kept.path("i").asLong());
        }

        String cursor(String lastId) {
            String kept = DemoJson.text(object("f", from, "t", to, "i", Long.valueOf(lastId)));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(kept.getBytes(StandardCharsets.UTF_8));
        }

        boolean holds(DemoTask task) {
            long at = task.createdAt().toEpochMilli();
            return at >= from && at <= to && Long.parseLong(task.id()) < below;
        }
    }

    private static boolean passes(JsonNode wanted, DemoTask task, Instant now) {
        for (JsonNode filter : wanted.path("filters")) {
            String key = filter.path("key").asText();
            if (!LIST_KEYS.contains(key)) {
                throw new IllegalArgumentException("filters may have the keys status and product_type");
            }
            String value =
                    key.equals("status") ? status(task.at(now)) : task.product().equals(IMAGES) ? "image" : "video";
            boolean listed = false;
            for (JsonNode allowed : filter.path("values")) {
                listed |= allowed.asText().equals(value);
            }
            if (!listed) {
                return false;
            }
        }
        return true;
    }

    private static String status(DemoTask.Step step) {
        return step.state().equals(SUCCEEDED) ? "succeeded" : step.state();
    }

    /** @param queried whether it is an answer to a query, which has a few fields more than a callback */
    private Map<String, Object> legacy(DemoTask task, DemoTask.Step step, boolean queried) {
        boolean done = task.succeeded(step);
        Map<String, Object> result = new LinkedHashMap<>();
        if (done) {
            List<Object> outputs = new ArrayList<>();
            for (DemoTask.Media media : task.media()) {
                outputs.add(
                        task.product().equals(IMAGES)
                                ? object("index", outputs.size(), "url", url(media))
                                : object("id", media.id(), "url", url(media), "duration", seconds(media)));
            }
            result.put(task.product().equals(IMAGES) ? "images" : "videos", outputs);
        }
        Map<String, Object> info = object("external_task_id", task.order());
        if (task.product().equals("image2video")) {
            info.put("parent_video", object("id", "", "url", "", "duration", ""));
        }
        Map<String, Object> body = object(
                "task_id", task.id(),
                "task_status", step.state(),
                "task_status_msg", step.state().equals("failed") ? REASON : "",
                "created_at", task.createdAt().toEpochMilli(),
                "updated_at", step.at().toEpochMilli(),
                "final_unit_deduction", done ? "3.5" : "0",
                "final_balance_deduction", object("quota", "0", "list_price", "0"),
                "task_info", info,
                "task_result", result);
        if (queried) {
            body.put("watermark_info", object("enabled", false));
        }
        return body;
    }

    private Map<String, Object> renewed(DemoTask task, DemoTask.Step step) {
        boolean done = task.succeeded(step);
        List<Object> outputs = new ArrayList<>();
        for (DemoTask.Media media : done ? task.media() : List.<DemoTask.Media>of()) {
            outputs.add(
                    task.product().equals(IMAGES)
                            ? object("type", "image", "url", url(media), "watermark_url", "")
                            : object(
                                    "type", "video",
                                    "id", media.id(),
                                    "url", url(media),
                                    "watermark_url", "",
                                    "duration", seconds(media)));
        }
        return object(
                "id", task.id(),
                "status", status(step),
                "message", step.state().equals("failed") ? REASON : "",
                "create_time", task.createdAt().toEpochMilli(),
                "update_time", step.at().toEpochMilli(),
                "external_id", task.order(),
                "outputs", outputs,
                "billing",
                        done
                                ? List.of(object("charge_type", "unit", "amount", "3", "package_type", "video"))
                                : List.of());
    }

    private String url(DemoTask.Media media) {
        return origin.url(media.path()) + "?x-kcdn-pid=112372";
    }

    private static String seconds(DemoTask.Media media) {
        return String.valueOf(media.file().seconds());
    }

    private DemoAnswer ok(Object data) {
        return DemoAnswer.of(200, object("code", 0, "message", "SUCCEED", "request_id", requestId(), "data", data));
    }

    private DemoAnswer error(int status, int code, String message) {
        return DemoAnswer.of(status, object("code", code, "message", message, "request_id", requestId()));
    }

    private String requestId() {
        return DemoJson.uuid("kling request at " + clock.instant());
    }
}
