package io.mediakeep.ledger;

import static io.mediakeep.event.TaskStatus.SUCCEEDED;
import static io.mediakeep.ledger.TestLedger.EXPIRY;
import static io.mediakeep.ledger.TestLedger.OBJECT;
import static io.mediakeep.ledger.TestLedger.event;
import static io.mediakeep.ledger.TestLedger.item;
import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.digest.Checksum;
import io.mediakeep.digest.Checksum.Algorithm;
import io.mediakeep.event.MediaItem;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Lane;
import io.mediakeep.ledger.MediaLedger.Quota;
import io.mediakeep.ledger.MediaLedger.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the ledger promises of media that are copied, and of those that end processes. */
abstract class MediaContract extends NounContract {
    @Nested
    class Copying {
        @Test
        void theNearestExpiryComesFirstAndDeadUrlsComeLast() {
            Instant now = clock.instant();
            ledger.tasks.merge(
                    event(
                            "t",
                            SUCCEEDED,
                            item("far", "https://a/", now.plusSeconds(900)),
                            item("dead", "https://a/", now.minusSeconds(900)),
                            item("near", "https://a/", now.plusSeconds(1)),
                            item("now", "https://a/", now)),
                    Seen.CALLBACK);

            assertThat(ledger.media.claim(2)).extracting(m -> m.id().mediaKey()).containsExactly("near", "far");
            assertThat(ledger.media.claim(9)).extracting(m -> m.id().mediaKey()).containsExactly("dead", "now");
        }

        @Test
        void oneClaimPutsDeadUrlsBehindLivingOnes() {
            Instant now = clock.instant();
            ledger.tasks.merge(
                    event(
                            "t",
                            SUCCEEDED,
                            item("dead", "https://a/", now.minusSeconds(900)),
                            item("alive", "https://a/", now.plusSeconds(900))),
                    Seen.CALLBACK);

            assertThat(ledger.media.claim(9)).extracting(m -> m.id().mediaKey()).containsExactly("alive", "dead");
        }

        @Test
        void aClaimSaysWhatTheCopyNeeds() {
            Claimed media = ledger.claimedMedia("t");

            assertThat(media)
                    .isEqualTo(new Claimed(
                            new MediaId("vidu", "t", "k"),
                            "video",
                            "https://cdn.example/k",
                            EXPIRY,
                            1,
                            0,
                            0,
                            0,
                            1,
                            null,
                            null,
                            MovableClock.START,
                            false,
                            0,
                            null));
        }

        @Test
        void anOldFenceChangesNothing() {
            Claimed old = ledger.claimedMedia("t");
            clock.move(Duration.ofSeconds(61));
            assertThat(otherNode.media.takeOver()).isEqualTo(1);
            Claimed current = otherNode.media.claim(1).get(0);
            assertThat(current.fence()).isEqualTo(old.fence() + 1);
            String before = row();

            assertThat(ledger.media.stored(old, OBJECT)).isFalse();
            assertThat(ledger.media.retry(old, Duration.ZERO, true, "stall", ""))
                    .isFalse();
            assertThat(ledger.media.refresh(old, Duration.ZERO, Duration.ZERO, false, true, "url_expired", ""))
                    .isFalse();
            assertThat(ledger.media.dead(old, "stall", "")).isFalse();
            assertThat(ledger.uploads.begin(old, "key", "upload", UploadContract.SOURCE))
                    .isFalse();
            assertThat(ledger.uploads.discard(old)).isFalse();
            assertThat(ledger.uploads.holds(old)).isFalse();
            assertThat(ledger.uploads.find(old)).isEmpty();
            ledger.media.renew(List.of(old));
            assertThat(ledger.media.giveBack()).isZero();
            assertThat(row()).isEqualTo(before);
            assertThat(ledger.count("outbox")).isEqualTo(1);
            assertThat(ledger.count("dead_letter")).isZero();
            assertThat(ledger.readReason("t")).isNull();

            assertThat(otherNode.media.stored(current, OBJECT)).isTrue();
            assertThat(otherNode.media.stored(current, OBJECT)).isFalse();
        }

        private String row() {
            return ledger.text("SELECT state || ' ' || due_at || ' ' || attempts || ' ' || refreshes || ' ' || fence"
                    + " || ' ' || lease_until || ' ' || node || ' ' || COALESCE(upload_id, '-') FROM media");
        }

        @Test
        void aRenewedLeaseIsNotTakenOver() {
            Claimed media = ledger.claimedMedia("t");
            clock.move(Duration.ofSeconds(50));
            ledger.media.renew(List.of(media));
            clock.move(Duration.ofSeconds(50));

            assertThat(otherNode.media.takeOver()).isZero();
            assertThat(ledger.media.stored(media, OBJECT)).isTrue();
        }

        @Test
        void aNodeThatStopsGivesItsLeasesBackWithTheirAttempts() {
            ledger.claimedMedia("t1");
            otherNode.claimedMedia("t2");

            assertThat(ledger.media.giveBack()).isEqualTo(1);
            assertThat(otherNode.media.claim(10))
                    .extracting(m -> m.id().taskId() + " " + m.attempts() + " " + m.fence())
                    .containsExactly("t1 1 2");
        }

        @Test
        void aStoredMediaIsAnnouncedOnceWithoutItsUrl() {
            Claimed media = ledger.claimedMedia("t");
            ledger.media.stored(media, OBJECT);

            assertThat(ledger.texts("SELECT type FROM outbox ORDER BY id"))
                    .containsExactly("task.succeeded", "media.stored");
            assertThat(ledger.texts("SELECT data FROM outbox")).noneMatch(data -> data.contains("cdn.example/k"));
            assertThat(ledger.text("SELECT upload_id FROM media")).isNull();
        }

        @Test
        void aCrc32cStandsEverywhereInsteadOfTheSha256() {
            Claimed media = ledger.claimedMedia("t");
            ledger.media.stored(
                    media,
                    new Stored(
                            "vidu/t/k.mp4", 7, new Checksum(Algorithm.CRC32C, "e3069283"), "video/mp4", "h.example"));

            assertThat(ledger.task("t").get("media")).asString().contains("sha256=null, crc32c=e3069283");
            assertThat(ledger.manifests
                            .content(ledger.manifests.claim(1).get(0))
                            .get("media"))
                    .asString()
                    .contains("crc32c=e3069283")
                    .doesNotContain("sha256");
            assertThat(ledger.texts("SELECT data FROM outbox WHERE type = 'media.stored'"))
                    .allMatch(data -> data.contains("\"crc32c\":\"e3069283\"") && !data.contains("sha256"))
                    .hasSize(1);
        }

        @Test
        void aRetryThatIsOurOwnTroubleDoesNotCount() {
            Claimed media = ledger.claimedMedia("t");
            ledger.media.retry(media, Duration.ofSeconds(5), false, "storage", "down");
            clock.move(Duration.ofSeconds(5));
            Claimed again = ledger.media.claim(1).get(0);
            assertThat(again.attempts()).isEqualTo(1);

            ledger.media.retry(again, Duration.ofSeconds(5), true, "stall", null);
            clock.move(Duration.ofSeconds(4));
            assertThat(ledger.media.claim(1)).isEmpty();
            clock.move(Duration.ofSeconds(1));
            assertThat(ledger.media.claim(1)).extracting(Claimed::attempts).containsExactly(2);
        }

        @Test
        void callbacksAreForgottenOnlyWhenOldAndDone() {
            CareLedger care = ledger.care;
            ledger.callbacks.record("vidu", "done", true, TestLedger.bytes("{}"));
            ledger.done(ledger.callbacks.claim(1).get(0));
            ledger.callbacks.record("vidu", "waits", true, TestLedger.bytes("{}"));
            assertThat(care.forgetCallbacks(Duration.ofDays(30))).isZero();

            clock.move(Duration.ofDays(31));
            assertThat(care.forgetCallbacks(Duration.ofDays(30))).isEqualTo(1);
            assertThat(ledger.callbacks.record("vidu", "waits", true, TestLedger.bytes("{}")))
                    .isFalse();
            assertThat(ledger.callbacks.record("vidu", "done", true, TestLedger.bytes("{}")))
                    .isTrue();
        }

        @Test
        void aRefreshAsksForAReadAndWaitsForIt() {
            Claimed media = ledger.claimedMedia("t");
            ledger.media.refresh(media, Duration.ZERO, Duration.ofHours(1), false, true, "url_expired", "403");
            assertThat(ledger.readReason("t")).isEqualTo("refresh");
            assertThat(ledger.media.claim(1)).isEmpty();

            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://fresh/", EXPIRY)), Seen.READ);
            Claimed again = ledger.media.claim(1).get(0);
            assertThat(again.url()).isEqualTo("https://fresh/");
            assertThat(again.refreshes()).isEqualTo(1);
        }

        @Test
        void aMediaThatAskedForAFreshUrlIsDueWhenOneComes() {
            ledger.media.refresh(
                    ledger.claimedMedia("t"), Duration.ZERO, Duration.ofHours(1), false, true, "url_expired", "403");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://fresh/", EXPIRY)), Seen.POLL);

            assertThat(ledger.media.claim(1)).extracting(Claimed::url).containsExactly("https://fresh/");
        }

        @Test
        void aReadThatBringsNoFreshUrlEndsTheWaitAfterAPause() {
            ledger.media.refresh(
                    ledger.claimedMedia("t"), Duration.ZERO, Duration.ofHours(1), false, true, "url_expired", "403");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.READ);
            ledger.tasks.wakeMedia("vidu", "t", Duration.ofMinutes(1));
            assertThat(ledger.media.claim(1)).isEmpty();

            clock.move(Duration.ofMinutes(1));
            assertThat(ledger.media.claim(1)).hasSize(1);
        }

        @Test
        void aRefreshWithoutAReadEndsItsWaitByItself() {
            ledger.media.refresh(
                    ledger.claimedMedia("t"), Duration.ZERO, Duration.ofHours(1), false, true, "url_expired", "403");
            clock.move(Duration.ofHours(1));

            assertThat(ledger.media.claim(1)).hasSize(1);
        }

        @Test
        void aMediaThatWaitsForAnotherReasonIsNotWoken() {
            ledger.media.retry(ledger.claimedMedia("t"), Duration.ofHours(1), true, "stall", null);
            ledger.tasks.wakeMedia("vidu", "t", Duration.ZERO);

            assertThat(ledger.media.claim(1)).isEmpty();
        }

        @ParameterizedTest(name = "{0}: {1}, woken: {2}")
        @CsvSource({
            "url_expired, https://cdn.example/k?sig=2, true",
            "resp_status, https://cdn.example/k?sig=2, true",
            "dns, https://other.example/k, true",
            "url_host, https://other.example/k, true",
            "resp_too_large, https://cdn.example/small, true",
            "object_conflict, https://cdn.example/other, true",
            "url_host, https://cdn.example/k?sig=2, false",
            "resp_too_large, https://cdn.example/k?sig=2, false",
            "object_conflict, https://cdn.example/k?sig=2, false",
            "resp_type, https://cdn.example/k?sig=2, false",
            "poison, https://other.example/k, false",
            "url_expired, https://cdn.example/k, false"
        })
        void aChangedUrlWakesADeadMediaWhereItMayHelp(String reason, String url, boolean woken) {
            for (Seen seen : List.of(Seen.POLL, Seen.READ, Seen.CALLBACK)) {
                Claimed media = ledger.claimedMedia(seen.name());
                ledger.media.dead(media, reason, "no");
                ledger.tasks.merge(event(seen.name(), SUCCEEDED, item("k", url, EXPIRY)), seen);

                List<Claimed> claimed = ledger.media.claim(1);
                assertThat(claimed).extracting(Claimed::url).isEqualTo(woken ? List.of(url) : List.of());
                assertThat(ledger.count("dead_letter WHERE state = 'open' AND task_id = ?", seen.name()))
                        .isEqualTo(woken ? 0 : 1);
            }
        }

        @Test
        void aDeadMediaWhoseListSignsAnewAtEachPollIsWokenFiveTimes() {
            Claimed media = ledger.claimedMedia("t");
            for (int i = 0; i < 5; i++) {
                ledger.media.dead(media, "url_expired", "403");
                ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://cdn.example/k?" + i, EXPIRY)), Seen.POLL);
                media = ledger.media.claim(1).get(0);
            }
            ledger.media.dead(media, "url_expired", "403");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://cdn.example/k?last", EXPIRY)), Seen.POLL);
            assertThat(ledger.media.claim(1)).isEmpty();

            ledger.deadLetters.replay(null, "url_expired", 1);
            assertThat(ledger.media.claim(1)).hasSize(1);
        }

        @ParameterizedTest
        @EnumSource(
                value = Seen.class,
                names = {"POLL", "CALLBACK"})
        void aUrlThatDiesSoonerIsBetterThanOneThatCameToNothing(Seen seen) {
            MediaItem soon =
                    item("k", "https://cdn.example/k?2", clock.instant().plusSeconds(60));
            Claimed dead = ledger.claimedMedia("dead");
            ledger.media.dead(dead, "resp_status", "404");
            ledger.tasks.merge(event("dead", SUCCEEDED, soon), seen);
            Claimed woken = ledger.media.claim(1).get(0);
            assertThat(woken.expiresAt()).isEqualTo(soon.expiresAt());

            ledger.media.await(ledger.claimedMedia("waits"), Duration.ofHours(1), "resp_status", "404");
            ledger.tasks.merge(event("waits", SUCCEEDED, soon), seen);
            assertThat(ledger.media.claim(1)).extracting(Claimed::url).containsExactly(soon.url());
        }

        @Test
        void aMediaThatWaitsForItsSourceIsDueWhenItsUrlChanges() {
            ledger.media.await(ledger.claimedMedia("t"), Duration.ofHours(1), "resp_status", "404");
            assertThat(ledger.media.claim(1)).isEmpty();
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://cdn.example/k?2", EXPIRY)), Seen.CALLBACK);

            assertThat(ledger.media.claim(1))
                    .extracting(m -> m.attempts() + " " + m.refusals())
                    .containsExactly("1 1");
        }

        @Test
        void onlyAReadThatBringsNothingMakesAUrlStale() {
            ledger.media.refresh(
                    ledger.claimedMedia("t"), Duration.ZERO, Duration.ofHours(1), false, false, "url_expired", "403");
            clock.move(Duration.ofHours(1));
            Claimed unread = ledger.media.claim(1).get(0);
            assertThat(unread.stale()).isZero();

            ledger.media.refresh(unread, Duration.ZERO, Duration.ofHours(1), false, false, "url_expired", "403");
            ledger.tasks.wakeMedia("vidu", "t", Duration.ZERO);
            Claimed read = ledger.media.claim(1).get(0);
            assertThat(read.stale()).isEqualTo(1);

            ledger.media.refresh(read, Duration.ZERO, Duration.ofHours(1), false, false, "url_expired", "403");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://cdn.example/k?2", EXPIRY)), Seen.READ);
            assertThat(ledger.media.claim(1)).extracting(Claimed::stale).containsExactly(0);
        }

        @Test
        void aMediaWaitsForItsHostUntilThatIsAccepted() {
            HostLedger hosts = new HostLedger(ledger.ledger, ledger.deadLetters);
            ledger.tasks.merge(event("own", SUCCEEDED, item("k")), Seen.POLL);
            Claimed own = ledger.media.claim(1).get(0);
            assertThat(own.ownRead()).isTrue();
            assertThat(ledger.media.awaitHost(own, Duration.ofHours(20), "cdn.example", "not named"))
                    .isTrue();
            assertThat(ledger.media.awaitHost(own, Duration.ofHours(20), "cdn.example", "lost"))
                    .isFalse();
            Claimed told = ledger.claimedMedia("told");
            assertThat(told.ownRead()).isFalse();
            ledger.media.dead(told, "url_host", "not named", "cdn.example");
            assertThat(ledger.media.claim(2)).isEmpty();
            assertThat(hosts.list("vidu").get("refused").toString())
                    .contains("host=cdn.example", "waiting=1", "dead=1", "nearestExpiry=" + EXPIRY);

            assertThat(hosts.accept("kling", "cdn.example")).isZero();
            assertThat(hosts.accept("vidu", "other.example")).isZero();
            assertThat(ledger.media.claim(2)).isEmpty();
            assertThat(hosts.accept("vidu", "cdn.example")).isEqualTo(2);
            assertThat(hosts.accept("vidu", "cdn.example")).isZero();

            assertThat(ledger.media.claim(2))
                    .hasSize(2)
                    .extracting(Claimed::attempts)
                    .containsOnly(1);
            assertThat(hosts.accepted("vidu")).containsExactly("cdn.example", "other.example");
            assertThat(ledger.count("dead_letter WHERE state = 'open'")).isZero();
        }

        @Test
        void whatWaitsForAHostThatTheSettingsNameByNowGoesOnAtAStart() {
            HostLedger hosts = new HostLedger(ledger.ledger, ledger.deadLetters);
            ledger.tasks.merge(event("own", SUCCEEDED, item("k")), Seen.POLL);
            ledger.media.awaitHost(ledger.media.claim(1).get(0), Duration.ofHours(20), "cdn.example", "not named");
            assertThat(hosts.wakeAll("vidu", host -> host.equals("other.example")))
                    .isZero();
            assertThat(ledger.media.claim(1)).isEmpty();

            assertThat(hosts.wakeAll("vidu", host -> host.equals("cdn.example")))
                    .isEqualTo(1);
            assertThat(ledger.media.claim(1)).hasSize(1);
        }

        @ParameterizedTest
        @EnumSource(
                value = Seen.class,
                names = {"POLL", "READ"})
        void aUrlThatOnlyACallbackNamedIsOursOnceAnAnswerShowsIt(Seen seen) {
            Claimed told = ledger.claimedMedia("t");
            ledger.media.dead(told, "url_host", "not named", "cdn.example");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.CALLBACK);
            assertThat(ledger.media.claim(1)).isEmpty();

            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), seen);
            Claimed own = ledger.media.claim(1).get(0);
            assertThat(own.ownRead()).isTrue();
            ledger.media.dead(own, "url_host", "not named", "cdn.example");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), seen);
            assertThat(ledger.media.claim(1)).as("once").isEmpty();
        }

        @Test
        void anotherHostEndsTheWaitForTheFirst() {
            ledger.tasks.merge(event("t", SUCCEEDED, item("k")), Seen.POLL);
            ledger.media.awaitHost(ledger.media.claim(1).get(0), Duration.ofHours(20), "cdn.example", "not named");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://cdn.example/k?2", EXPIRY)), Seen.POLL);
            assertThat(ledger.media.claim(1)).isEmpty();
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://named.example/k", EXPIRY)), Seen.POLL);

            assertThat(ledger.media.claim(1)).extracting(Claimed::url).containsExactly("https://named.example/k");
            assertThat(ledger.text("SELECT refused_host FROM media")).isNull();
        }

        private void put(String host, int from, int count) {
            for (int i = from; i < from + count; i++) {
                String key = host.charAt(0) + String.format("%03d", i);
                ledger.tasks.merge(
                        event(
                                key,
                                SUCCEEDED,
                                item(
                                        key,
                                        "https://" + host + "/" + key,
                                        clock.instant().plusSeconds(600 + i))),
                        Seen.CALLBACK);
            }
        }

        private static List<String> keys(List<Claimed> claimed) {
            return claimed.stream().map(m -> m.id().mediaKey()).toList();
        }

        @Test
        void lanesAreMergedByExpiryWithinTheirRooms() {
            put("a.example", 0, 10);
            put("b.example", 3, 10);
            put("c.example", 0, 10);
            Map<String, Quota> rooms = Map.of("a.example", new Quota(4, 0, false), "b.example", new Quota(9, 0, false));

            assertThat(keys(ledger.media.claim(ledger.media.lanes(), rooms, 8, 0)))
                    .containsExactly("a000", "a001", "a002", "a003", "b003", "b004", "b005", "b006");
        }

        @Test
        void placesThatNoOtherHostWantsAreBorrowedExceptTheReserve() {
            put("a.example", 0, 10);
            put("b.example", 50, 1);
            Map<String, Quota> rooms = Map.of("a.example", new Quota(2, 0, true), "b.example", new Quota(2, 0, true));

            assertThat(keys(ledger.media.claim(ledger.media.lanes(), rooms, 8, 7)))
                    .containsExactly("a000", "a001", "b050", "a002", "a003", "a004", "a005");
        }

        @Test
        void noPlaceIsBorrowedWhileAnotherHostWantsIt() {
            put("a.example", 0, 10);
            put("b.example", 500, 10);
            Map<String, Quota> rooms = Map.of("a.example", new Quota(2, 0, true), "b.example", new Quota(4, 0, true));

            assertThat(keys(ledger.media.claim(ledger.media.lanes(), rooms, 6, 6)))
                    .containsExactly("a000", "a001", "b500", "b501", "b502", "b503");
        }

        @Test
        void aHostWithoutRoomIsLeftAlone() {
            put("a.example", 0, 3);
            put("b.example", 0, 2);

            assertThat(keys(ledger.media.claim(ledger.media.lanes(), Map.of("b.example", new Quota(9, 0, true)), 8, 8)))
                    .containsExactly("b000", "b001");
        }

        @Test
        void retriesTakeNoMoreThanTheirShareAndFirstAttemptsTheRest() {
            put("a.example", 0, 4);
            for (Claimed media : ledger.media.claim(4)) {
                ledger.media.retry(media, Duration.ofSeconds(5), true, "connect", null);
            }
            put("a.example", 10, 4);
            assertThat(ledger.media.lanes().get(0).again()).isNull();
            clock.move(Duration.ofSeconds(5));
            Lane lane = ledger.media.lanes().get(0);
            assertThat(lane.again()).isLessThan(lane.first());

            assertThat(keys(ledger.media.claim(List.of(lane), Map.of("a.example", new Quota(8, 1, true)), 8, 8)))
                    .containsExactly("a000", "a010", "a011", "a012", "a013");
        }

        @Test
        void aMediaWithAFreshUrlIsNoRetry() {
            ledger.media.refresh(
                    ledger.claimedMedia("t"), Duration.ZERO, Duration.ofHours(1), false, true, "url_expired", "403");
            ledger.tasks.merge(event("t", SUCCEEDED, item("k", "https://other.example/", EXPIRY)), Seen.READ);

            assertThat(ledger.media.lanes())
                    .containsExactly(new Lane("other.example", EXPIRY.toEpochMilli(), null, null, null));
        }

        @Test
        void manyHostsAreAllSeenInTheEnd() {
            for (int i = 0; i < 150; i++) {
                put((char) ('a' + i % 26) + "-" + i + ".example", i, 1);
            }
            Set<String> seen = new HashSet<>();
            for (int look = 0; look < 2; look++) {
                List<Lane> lanes = ledger.media.lanes();
                assertThat(lanes).hasSizeLessThanOrEqualTo(100);
                lanes.forEach(lane -> seen.add(lane.host()));
            }

            assertThat(seen).hasSize(150);
        }

        @Test
        void aDeadMediaIsOneLetterAndAnnouncedOnBothChannels() {
            Claimed media = ledger.claimedMedia("t");
            assertThat(ledger.media.dead(media, "url_host", "other.example")).isTrue();
            assertThat(ledger.media.dead(media, "url_host", "other.example")).isFalse();

            assertThat(ledger.texts(
                            "SELECT kind || ' ' || task_id || ' ' || media_key || ' ' || reason FROM dead_letter"))
                    .containsExactly("media t k url_host");
            assertThat(ledger.texts("SELECT channel || ' ' || type FROM outbox ORDER BY id"))
                    .containsExactly("announce task.succeeded", "dead-letter dead-letter", "announce media.dead");
            assertThat(ledger.media.claim(1)).isEmpty();
        }
    }

    @Nested
    class Suspecting {
        /** The node dies, and the others take its work over. */
        private void crash() {
            clock.move(Duration.ofSeconds(61));
            otherNode.media.takeOver();
        }

        @Test
        void anEndWithoutAWordIsACrashAndNoAttempt() {
            ledger.claimedMedia("t");
            crash();

            assertThat(ledger.media.claim(1))
                    .extracting(m -> m.attempts() + " " + m.crashes())
                    .containsExactly("1 1");
        }

        @Test
        void aMediaWithTwoCrashesIsClaimedOnItsOwnAlone() {
            ledger.claimedMedia("t");
            crash();
            assertThat(ledger.media.isSuspectDue()).isFalse();
            assertThat(ledger.media.claimSuspect()).isEmpty();
            assertThat(ledger.media.claim(9)).hasSize(1);
            crash();

            assertThat(ledger.media.claim(9)).isEmpty();
            assertThat(ledger.media.isSuspectDue()).isTrue();
            assertThat(ledger.media.claimSuspect()).map(Claimed::crashes).contains(2);
            assertThat(ledger.media.isSuspectDue()).isFalse();
            assertThat(otherNode.media.claimSuspect()).isEmpty();
        }

        @Test
        void anAttemptThatEndsWithAWordEndsTheSuspicion() {
            ledger.claimedMedia("t");
            crash();
            ledger.media.claim(1);
            crash();
            Claimed suspect = ledger.media.claimSuspect().orElseThrow();
            ledger.media.retry(suspect, Duration.ZERO, true, "resp_truncated", null);

            assertThat(ledger.media.claim(1)).extracting(Claimed::crashes).containsExactly(0);
        }

        @Test
        void aNodeThatStopsIsNoCrash() {
            ledger.claimedMedia("t");
            ledger.media.giveBack();

            assertThat(ledger.media.claim(1)).extracting(Claimed::crashes).containsExactly(0);
        }

        @Test
        void aReplayBeginsWithoutSuspicion() {
            ledger.claimedMedia("t");
            crash();
            ledger.media.dead(ledger.media.claim(1).get(0), "poison", null);
            ledger.deadLetters.replay("vidu", "poison", 1);

            assertThat(ledger.media.claim(1)).extracting(Claimed::crashes).containsExactly(0);
        }
    }
}
