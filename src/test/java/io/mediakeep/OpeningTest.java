package io.mediakeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.settings.SettingException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OpeningTest {
    private final AtomicInteger closed = new AtomicInteger();
    private final AutoCloseable resource = closed::incrementAndGet;

    @Test
    void goesOnWhileItOpens() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Opening<AutoCloseable> opening = Opening.begin("test", () -> {
            go.await();
            return resource;
        });
        go.countDown();

        assertThat(opening.get()).isSameAs(resource);
        assertThat(closed).hasValue(0);
        opening.close();
        assertThat(closed).hasValue(1);
    }

    @Test
    void throwsWhatTheOpeningThrew() throws Exception {
        SettingException wrong = new SettingException("mediakeep.storage.bucket", "a name", "is none");
        Opening<AutoCloseable> opening = Opening.begin("test", () -> {
            throw wrong;
        });

        assertThatThrownBy(opening::get).isSameAs(wrong);
        opening.close();
    }

    @Test
    void interruptsAnOpeningThatHangsWhenTheStartFails() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Opening<AutoCloseable> opening = Opening.begin("test", () -> {
            never.await();
            return resource;
        });

        opening.close();

        assertThat(closed).hasValue(0);
    }

    @Test
    void closesWhatWasOpenedAfterTheStartFailed() throws Exception {
        Opening<AutoCloseable> opening = Opening.begin("test", () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                // as code that cannot be interrupted
            }
            return resource;
        });

        opening.close();

        assertThat(closed).hasValue(1);
    }
}
