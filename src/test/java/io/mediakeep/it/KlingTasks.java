package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Task objects as Kling writes them. */
public final class KlingTasks {
    private KlingTasks() {}

    /** The legacy task object; {@code result} is null, or what stands in {@code task_result}. */
    public static Map<String, Object> legacy(String id, String status, Map<String, Object> result) {
        long now = System.currentTimeMillis();
        return map(
                "task_id",
                id,
                "task_status",
                status,
                "task_status_msg",
                "",
                "created_at",
                now - 60_000,
                "updated_at",
                now,
                "final_unit_deduction",
                "3.5",
                "task_info",
                map(
                        "parent_video",
                        map("id", "in-1", "url", "http://127.0.0.1:9/parent.mp4", "duration", "5"),
                        "external_task_id",
                        "order-" + id),
                "task_result",
                result == null ? map() : result);
    }

    public static Map<String, Object> videos(String... idsAndUrls) {
        List<Object> videos = new ArrayList<>();
        for (int i = 0; i < idsAndUrls.length; i += 2) {
            videos.add(map("id", idsAndUrls[i], "url", idsAndUrls[i + 1], "watermark_url", "", "duration", "5.1"));
        }
        return map("videos", videos);
    }

    public static Map<String, Object> images(String... urls) {
        List<Object> images = new ArrayList<>();
        for (int i = 0; i < urls.length; i++) {
            images.add(map("index", i, "url", urls[i], "watermark_url", ""));
        }
        return map("images", images);
    }

    /** The task object of the new standard. */
    public static Map<String, Object> newer(String id, String status, Object... outputs) {
        long now = System.currentTimeMillis();
        return map(
                "id",
                id,
                "status",
                status,
                "message",
                "",
                "create_time",
                now - 60_000,
                "update_time",
                now,
                "external_id",
                "order-" + id,
                "outputs",
                List.of(outputs),
                "billing",
                List.of(map("charge_type", "unit", "amount", "3", "package_type", "video")));
    }
}
