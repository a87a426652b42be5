package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Open tasks that no list shows, at a provider that takes a list of ids. */
class BatchReadsIT {
    private static final int TASKS = 45;
    private static final OffsetClock CLOCK = new OffsetClock();

    private FakeOrigin origin;
    private FakeVidu vidu;
    private RunningMediakeep app;

    @BeforeEach
    void start() {
        origin = new FakeOrigin();
        vidu = new FakeVidu("vidu-key");
        app = new RunningMediakeep(CLOCK)
                .provider("vidu", vidu, "vidu-token-0123456789")
                .set("mediakeep.vidu.api-key", "vidu-key")
                .set("mediakeep.vidu.lists", "")
                .start();
    }

    @AfterEach
    void stop() {
        app.close();
        vidu.close();
        origin.close();
    }

    @Test
    void manyAreReadByFewCallsAndEndAsTheyWouldByThemselves() {
        IntStream.range(0, TASKS).forEach(i -> show(i, "processing", null, null));
        vidu.put("beside-the-list", null, task("beside-the-list", "processing", null, null));
        IntStream.range(0, TASKS).forEach(i -> watch("t-" + i));
        watch("beside-the-list");
        app.await("calls for several", () -> batches().stream().anyMatch(ids -> ids.size() == 20));

        String url = origin.put("video", Media.mp4(1, 4096));
        IntStream.range(0, TASKS - 1).forEach(i -> show(i, "success", url, null));
        show(TASKS - 1, "failed", null, "ContentRefused");
        vidu.put("beside-the-list", null, task("beside-the-list", "success", url, null));

        IntStream.range(0, TASKS - 1).forEach(i -> app.awaitStored("vidu", "t-" + i, 1));
        app.awaitStored("vidu", "beside-the-list", 1);
        app.awaitTask(
                "vidu",
                "t-" + (TASKS - 1),
                task -> task.path("statusMessage").asText().equals("ContentRefused"));
        assertThat(batches()).allMatch(ids -> ids.size() <= 20);
        assertThat(app.get("/api/dead-letters").path("items")).isEmpty();
    }

    private void watch(String id) {
        assertThat(app.api("POST", "/api/tasks/vidu", "{\"taskId\":\"" + id + "\"}")
                        .statusCode())
                .isEqualTo(202);
    }

    /** The ids of each call that asked for several tasks. */
    private List<List<String>> batches() {
        return vidu.calls("/ent/v2/tasks").stream()
                .map(call -> call.query().getOrDefault("task_ids", List.of()))
                .toList();
    }

    /** The list does not tell why a task failed. */
    private void show(int i, String state, String url, String code) {
        Map<String, Object> detail = task("t-" + i, state, url, code);
        Map<String, Object> listed = new LinkedHashMap<>(detail);
        listed.remove("err_code");
        vidu.put("t-" + i, listed, detail);
    }

    private static Map<String, Object> task(String id, String state, String url, String code) {
        return map(
                "id", id,
                "state", state,
                "err_code", code,
                "created_at", CLOCK.instant().minusSeconds(60).toString(),
                "creations", url == null ? List.of() : List.of(map("id", "c", "url", url)));
    }
}
