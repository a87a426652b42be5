package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two accounts of one provider: the same file, and nothing else in common. */
class AccountsIT {
    private static final OffsetClock CLOCK = new OffsetClock();

    private FakeOrigin origin;
    private FakeVidu first;
    private FakeVidu second;
    private RunningMediakeep app;

    @BeforeEach
    void open() {
        origin = new FakeOrigin();
        first = new FakeVidu("first-key");
        second = new FakeVidu("second-key");
        app = new RunningMediakeep(CLOCK)
                .provider("vidu", first, "first-token-0123456789")
                .set("mediakeep.vidu.api-key", "first-key")
                .provider("vidu-eu", second, "second-token-0123456789")
                .set("mediakeep.vidu-eu.provider", "vidu")
                .set("mediakeep.vidu-eu.api-key", "second-key");
    }

    @AfterEach
    void close() {
        app.close();
        first.close();
        second.close();
        origin.close();
    }

    @Test
    void sameTaskIdsNeverMeet() {
        byte[] one = Media.mp4(1, 4096);
        byte[] two = Media.mp4(2, 8192);
        show(first, task("same", origin.put("one", one)));
        show(second, task("same", origin.put("two", two)));
        app.start();

        app.awaitStored("vidu", "same", 1);
        app.awaitStored("vidu-eu", "same", 1);

        assertThat(Media.sha256(app.object("vidu/same/video-c.mp4"))).isEqualTo(Media.sha256(one));
        assertThat(Media.sha256(app.object("vidu-eu/same/video-c.mp4"))).isEqualTo(Media.sha256(two));
    }

    @Test
    void eachHasItsDoorAndItsSecrets() {
        app.set("mediakeep.vidu.confirm", "never")
                .set("mediakeep.vidu-eu.confirm", "never")
                .start();
        Map<String, Object> task = task("told", origin.put("told", Media.mp4(3, 4096)));

        assertThat(send("/callbacks/vidu-eu/second-token-0123456789", task, "second-key"))
                .isEqualTo(200);
        assertThat(send("/callbacks/vidu-eu/second-token-0123456789", task, "first-key"))
                .isEqualTo(401);
        assertThat(send("/callbacks/vidu-eu/first-token-0123456789", task, "second-key"))
                .isEqualTo(404);

        app.awaitStored("vidu-eu", "told", 1);
        assertThat(app.task("vidu", "told").isMissingNode()).isTrue();
    }

    @Test
    void oneThatIsDownKeepsTheOtherFromNothing() {
        show(second, task("t", origin.put("t", Media.mp4(4, 4096))));
        first.close();
        app.start();

        app.awaitStored("vidu-eu", "t", 1);
    }

    @Test
    void anAccountOfNoProviderStopsTheStart() {
        app.set("mediakeep.vidu-us.provider", "vidoo");

        assertThatThrownBy(app::start)
                .hasStackTraceContaining(
                        "mediakeep.vidu-us.provider must be the name of a provider that has a file, for an"
                                + " account that has none: ark, ")
                .hasStackTraceContaining(", vidu, xai, but 'vidoo' is not");
    }

    private static Map<String, Object> task(String id, String url) {
        return map(
                "id",
                id,
                "state",
                "success",
                "created_at",
                CLOCK.instant().toString(),
                "creations",
                List.of(map("id", "c", "url", url)));
    }

    private static void show(FakeVidu vidu, Map<String, Object> task) {
        vidu.put((String) task.get("id"), task, task);
    }

    private int send(String path, Map<String, Object> task, String key) {
        byte[] body = new ObjectMapper().valueToTree(task).toString().getBytes(StandardCharsets.UTF_8);
        return app.callback(path, body, FakeVidu.sign(key, path, "", "nonce", CLOCK))
                .statusCode();
    }
}
