package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** After a start one line says that the product is ready, and where. */
class ReadyIT {
    private final FakeVidu vidu = new FakeVidu("vidu-key");
    private final RunningMediakeep app = new RunningMediakeep(new OffsetClock())
            .provider("vidu", vidu, "vidu-token-0123456789")
            .set("mediakeep.vidu.api-key", "vidu-key");

    @AfterEach
    void stop() {
        app.close();
        vidu.close();
    }

    @Test
    void oneLineSaysThatItIsReadyAndWhere() {
        app.set("mediakeep.http.host", "0.0.0.0").start();

        assertThat(ready())
                .isEqualTo("INFO mediakeep Ready: console http://localhost:%d/, token in mediakeep.api.token"
                                .formatted(app.port())
                        + " | callbacks http://localhost:%d/callbacks/<provider>/<token>".formatted(app.port())
                        + " | health and metrics http://127.0.0.1:%d/observe/".formatted(app.managementPort())
                        + " | providers vidu | storage bucket media in "
                        + app.directory().resolve("bucket")
                        + " | ledger " + app.directory().resolve("ledger.db"));
    }

    @Test
    void aStorageThatIsAwayIsNamedInIt() {
        app.set("mediakeep.storage.endpoint", "http://127.0.0.1:9")
                .set("mediakeep.storage.access-key", "access")
                .set("mediakeep.storage.secret-key", "secret-secret-secret")
                .start();

        assertThat(ready())
                .contains("storage bucket media at http://127.0.0.1:9 (not usable now: ")
                .doesNotContain("secret-secret-secret");
    }

    private String ready() {
        app.await("the line", () -> !lines().isEmpty());
        assertThat(lines()).hasSize(1);
        return lines().get(0);
    }

    private List<String> lines() {
        return app.log.lines().stream()
                .filter(line -> line.startsWith("INFO mediakeep Ready: "))
                .toList();
    }
}
