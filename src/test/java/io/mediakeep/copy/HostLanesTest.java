package io.mediakeep.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RefreshableFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.ledger.MediaId;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Lane;
import io.mediakeep.ledger.MediaLedger.Quota;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostLanesTest {
    private static final Failure REFUSED = new RetryableFailure("connect", "no connection to a.example");
    private static final Quota PROBE = new Quota(1, 1, false);

    private final MovingClock clock = new MovingClock();
    private final HostLanes lanes = new HostLanes(clock, 4);

    @Test
    void aHostThatIsNotKnownGetsItsPlaces() {
        assertThat(room("a.example").places()).isEqualTo(4);
        assertThat(lanes.rooms(List.of(waiting("a.example")), List.of(media(1, 1), media(2, 1)))
                        .get("a.example")
                        .places())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"connect", "dns", "tls", "resp_status", "resp_too_slow", "resp_truncated", "throttled"})
    void failuresInARowCloseTheHostForAllButOneProbeInAnInterval(String reason) {
        lanes.ended(media(0, 1), null);
        for (int i = 0; i < 5; i++) {
            assertThat(room("a.example")).isNotNull();
            lanes.ended(media(i, 1), new RetryableFailure(reason, "no"));
        }
        assertThat(lanes.broken()).isEqualTo(1);
        assertThat(room("a.example")).isNull();
        assertThat(room("b.example")).isNotNull();

        clock.move(Duration.ofSeconds(11));
        assertThat(room("a.example")).isEqualTo(PROBE);
        lanes.began(List.of(media(6, 1)));
        assertThat(lanes.rooms(List.of(waiting("a.example")), List.of(media(6, 1))))
                .isEmpty();
        assertThat(lanes.ended(media(6, 1), REFUSED)).isTrue();
        clock.move(Duration.ofSeconds(11));
        assertThat(room("a.example")).as("the interval grows").isNull();

        clock.move(Duration.ofSeconds(10));
        assertThat(room("a.example")).isEqualTo(PROBE);
        lanes.began(List.of(media(7, 1)));
        lanes.ended(media(7, 1), null);
        assertThat(room("a.example").places()).isEqualTo(4);
        assertThat(lanes.broken()).isZero();
    }

    @Test
    void theIntervalStaysBelowFiveMinutes() {
        open();
        for (int i = 0; i < 40; i++) {
            clock.move(Duration.ofSeconds(301));
            assertThat(room("a.example")).isEqualTo(PROBE);
            lanes.began(List.of(media(i, 1)));
            lanes.ended(media(i, 1), REFUSED);
        }
    }

    @Test
    void oneMediaThatFailsTimeAndAgainDoesNotCloseItsHost() {
        for (int i = 0; i < 20; i++) {
            assertThat(lanes.ended(media(1, i), REFUSED)).isFalse();
        }

        assertThat(room("a.example").places()).isEqualTo(4);
    }

    @Test
    void theProbesOfAHostThatNobodyKnowsToWorkAreAttempts() {
        open();
        clock.move(Duration.ofSeconds(11));
        assertThat(room("a.example")).isEqualTo(PROBE);
        lanes.began(List.of(media(6, 1)));

        assertThat(lanes.ended(media(6, 1), REFUSED)).isFalse();
    }

    @Test
    void theProbesOfFewMediaAreAttemptsAlsoWhereOthersWereStored() {
        lanes.ended(media(0, 1), null);
        for (int i = 0; i < 6; i++) {
            lanes.ended(media(i % 2, 1), REFUSED);
        }
        assertThat(lanes.broken()).isEqualTo(1);
        clock.move(Duration.ofSeconds(11));
        assertThat(room("a.example")).isEqualTo(PROBE);
        lanes.began(List.of(media(1, 1)));

        assertThat(lanes.ended(media(1, 1), REFUSED)).isFalse();
    }

    @Test
    void theProbesOfAHostThatWorkedAnHourAgoAreAttempts() {
        lanes.ended(media(0, 1), null);
        open();
        clock.move(Duration.ofHours(1));
        assertThat(room("a.example")).isEqualTo(PROBE);
        lanes.began(List.of(media(1, 1)));

        assertThat(lanes.ended(media(1, 1), REFUSED)).isFalse();
    }

    @Test
    void failuresOfOneMediaDoNotCloseTheHost() {
        List<Failure> failures = List.of(
                new RefreshableFailure("url_expired", "403"),
                new RefreshableFailure("resp_status", "404"),
                new FinalFailure("resp_type", "a page"),
                new FinalFailure("url_host", "not allowed"),
                new RetryableFailure("resp_checksum", "other bytes"),
                new RetryableFailure("storage", "down"));
        for (int i = 0; i < 60; i++) {
            lanes.ended(media(i, 1), failures.get(i % failures.size()));
        }

        assertThat(room("a.example").places()).isEqualTo(4);
    }

    @Test
    void anAnswerBetweenFailuresKeepsTheHostOpen() {
        for (int i = 0; i < 40; i++) {
            lanes.ended(media(i, 1), i % 4 == 3 ? new RefreshableFailure("resp_status", "404") : REFUSED);
        }

        assertThat(lanes.broken()).isZero();
    }

    @Test
    void aProbeThatFindsNoMediaOrSaysNothingIsGivenBack() {
        open();
        clock.move(Duration.ofSeconds(11));
        assertThat(room("a.example")).isEqualTo(PROBE);
        lanes.began(List.of());
        assertThat(room("a.example")).isEqualTo(PROBE);
        lanes.began(List.of(media(1, 1)));
        lanes.ended(media(1, 1), new RetryableFailure("storage", "down"));

        assertThat(room("a.example")).isEqualTo(PROBE);
    }

    @Test
    void aMediaNearItsExpiryIsTriedAlsoAtAClosedHost() {
        open();
        Instant soon = clock.instant().plusSeconds(100);
        Lane urgent = new Lane("a.example", soon.toEpochMilli(), null, null, null);

        assertThat(lanes.rooms(List.of(urgent), List.of())).containsEntry("a.example", PROBE);
        assertThat(lanes.rooms(List.of(urgent), List.of(media(1, 1)))).isEmpty();
        lanes.began(List.of(media(1, 1)));
        assertThat(lanes.ended(media(1, 1), REFUSED))
                .as("no probe, so it counts")
                .isFalse();
    }

    @Test
    void aHostThatAsksForAPauseGetsItButNoMoreThanTenMinutes() {
        Failure asked = new RetryableFailure("throttled", "429", Duration.ofHours(1), null);
        assertThat(lanes.ended(media(1, 1), asked)).isTrue();
        assertThat(room("a.example")).isNull();
        assertThat(lanes.broken()).isZero();

        clock.move(Duration.ofSeconds(599));
        assertThat(room("a.example")).isNull();
        clock.move(Duration.ofSeconds(2));
        assertThat(room("a.example").places()).isEqualTo(4);
    }

    @Test
    void retriesAreAShareOfFirstAttempts() {
        lanes.began(List.of(media(1, 1)));
        int saved = room("a.example").again();
        for (int i = 0; i < saved; i++) {
            lanes.began(List.of(media(i, 2)));
        }
        assertThat(room("a.example").again()).isZero();
        assertThat(room("a.example").places()).isEqualTo(4);

        for (int i = 0; i < 50; i++) {
            lanes.began(List.of(media(i, 1)));
        }
        assertThat(room("a.example").again()).isEqualTo(10);
        lanes.began(java.util.stream.IntStream.range(0, 10)
                .mapToObj(i -> media(i, 2))
                .toList());
        assertThat(room("a.example").again()).isZero();

        clock.move(Duration.ofMinutes(1));
        assertThat(room("a.example").again()).isEqualTo(12);
    }

    @Test
    void aRetryNearItsExpiryNeedsNoBudget() {
        for (int i = 0; i < 100; i++) {
            lanes.began(List.of(media(i, 2)));
        }
        Lane urgent =
                new Lane("a.example", null, clock.instant().plusSeconds(60).toEpochMilli(), null, null);

        assertThat(room("a.example").again()).isZero();
        assertThat(lanes.rooms(List.of(urgent), List.of()).get("a.example").again())
                .isPositive();
    }

    private void open() {
        for (int i = 0; i < 5; i++) {
            lanes.ended(media(i, 1), REFUSED);
        }
        assertThat(lanes.broken()).isEqualTo(1);
    }

    /** Null if the host is to be left alone. */
    private Quota room(String host) {
        return lanes.rooms(List.of(waiting(host)), List.of()).get(host);
    }

    private Lane waiting(String host) {
        long expiry = clock.instant().plus(Duration.ofDays(1)).toEpochMilli();
        return new Lane(host, expiry, expiry, null, null);
    }

    private Claimed media(int number, int attempts) {
        return new Claimed(
                new MediaId("p", "t" + number, "k"),
                "video",
                "https://A.example:443/" + number + "?s=1",
                clock.instant().plus(Duration.ofDays(1)),
                attempts,
                0,
                0,
                0,
                number * 100L + attempts,
                null,
                null,
                clock.instant(),
                false,
                0,
                null);
    }
}
