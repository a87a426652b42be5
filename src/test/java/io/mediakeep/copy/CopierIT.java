package io.mediakeep.copy;

import static io.mediakeep.digest.Checksum.Algorithm.SHA256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mediakeep.database.Database;
import io.mediakeep.digest.Checksum;
import io.mediakeep.digest.Checksum.Algorithm;
import io.mediakeep.digest.Digests;
import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskStatus;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.fetch.AddressTable;
import io.mediakeep.fetch.FetchLimits;
import io.mediakeep.fetch.Fetcher;
import io.mediakeep.fetch.GuardedResolver;
import io.mediakeep.fetch.HostPatterns;
import io.mediakeep.fetch.UrlGuard;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.Ledger;
import io.mediakeep.ledger.MediaLedger;
import io.mediakeep.ledger.MediaLedger.Claimed;
import io.mediakeep.ledger.MediaLedger.Stored;
import io.mediakeep.ledger.OutboxLedger;
import io.mediakeep.ledger.Seen;
import io.mediakeep.ledger.TaskLedger;
import io.mediakeep.ledger.UploadLedger;
import io.mediakeep.media.MediaType;
import io.mediakeep.settings.Settings;
import io.mediakeep.storage.EmbeddedStorage;
import io.mediakeep.storage.FaultyStorage;
import io.mediakeep.storage.FaultyStorage.Fault;
import io.mediakeep.storage.FaultyStorage.Request;
import io.mediakeep.storage.KeptTags;
import io.mediakeep.storage.LateChecksum;
import io.mediakeep.storage.ObjectKeys;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StorageClientFactory;
import io.mediakeep.storage.StorageSite;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Copies that break: a real origin, a real ledger, and a real S3 server behind a wire that loses what a test tells it to. */
@Timeout(120)
class CopierIT {
    private static final int MIB = 1 << 20;
    private static final int PART = 5 * MIB;
    private static final String KEY = "kling/t/k.mp4";

    @TempDir
    Path directory;

    private final byte[] video = TaggedOrigin.video(1, 17 * MIB);
    private final TaggedOrigin origin = new TaggedOrigin(video);
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private volatile Duration ahead = Duration.ZERO;
    private S3Client s3;
    private FaultyStorage wire;
    private TaskLedger tasks;
    private MediaLedger media;
    private UploadLedger uploads;
    private Copier copier;
    private Copier all;
    private Copier impatient;
    private Copier light;
    private Copier tagging;
    private Storage tagged;

    @BeforeEach
    void start() throws Exception {
        EmbeddedStorage server = own(new EmbeddedStorage(directory.resolve("bucket"), 0));
        wire = own(new FaultyStorage(server.endpoint()));
        s3 = own(client(server.endpoint().toString(), server));
        Storage storage = new Storage(own(client(wire.endpoint().toString(), server)), "media");
        storage.checkBucket(true);
        storage.check();
        Map<String, String> settings = Map.of("mediakeep.ledger.url", "jdbc:sqlite:" + directory.resolve("l.db"));
        Clock clock = new AheadClock();
        Ledger ledger = own(
                new Ledger(new Database(new Settings(name -> Optional.ofNullable(settings.get(name)))), clock, "n"));
        OutboxLedger outbox = new OutboxLedger(ledger);
        DeadLetterLedger deadLetters = new DeadLetterLedger(ledger, outbox);
        tasks = new TaskLedger(ledger, outbox, deadLetters, provider -> Duration.ZERO, provider -> true);
        media = new MediaLedger(ledger, outbox, deadLetters, Duration.ofMinutes(1));
        uploads = new UploadLedger(ledger);
        copier = copier(storage, clock, Duration.ofSeconds(60), SHA256);
        all = copier(storage, clock, Duration.ofSeconds(60), SHA256, Map.of("kling", MediaType.ALL_KINDS));
        impatient = copier(storage, clock, Duration.ofSeconds(2), SHA256);
        light = copier(storage, clock, Duration.ofSeconds(60), Algorithm.CRC32C);
        tagged = new Storage(
                own(client(wire.endpoint().toString(), server)),
                new StorageSite("", "media", "us-east-1", true, true),
                LateChecksum.AUTO);
        tagging = copier(tagged, clock, Duration.ofSeconds(60), SHA256);
        MediaItem item =
                new MediaItem("k", "video", origin.url(), Instant.now().plusSeconds(864_000), null, null, null, null);
        tasks.merge(
                new TaskEvent(
                        "kling",
                        "t",
                        TaskStatus.SUCCEEDED,
                        true,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        false,
                        List.of(item)),
                Seen.POLL);
    }

    @AfterEach
    void stop() throws Exception {
        origin.close();
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    /** Where a route may break off, or the process end; and whether it is large. */
    @ParameterizedTest
    @CsvSource({
        "open, fail, false", "open, end, false", "store, fail, false", "store, end, false", "vouch, fail, false",
        "vouch, end, false", "open, fail, true", "open, end, true", "store, fail, true", "store, end, true",
        "vouch, fail, true", "vouch, end, true"
    })
    void theNextAttemptGoesOnWhereverTheStepsBreakOff(String last, String how, boolean large) {
        byte[] content = large ? video : TaggedOrigin.video(2, 3 * MIB);
        origin.change(content, "v2");
        Claimed claimed = claim();
        try (Copy copy = copier.open(claimed)) {
            assertThat(copy.getContentType()).isEqualTo("video/mp4");
            assertThat(copy.getSize()).isEqualTo(content.length);
            assertThat(copy.getKey()).isEqualTo(KEY);
            if (!last.equals("open")) {
                copy.store();
            }
            if (last.equals("vouch")) {
                copy.vouch();
            }
            if (how.equals("fail")) {
                copy.fail(new IllegalStateException("a step of a route"));
            }
        }
        assertThat(media.retry(claimed, Duration.ZERO, true, "internal", null)).isTrue();

        succeeds(content);
        assertThat(openUploads()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anObjectHasTheNameAndTheClassThatARouteGives(boolean large) {
        origin.change(large ? video : TaggedOrigin.video(2, 3 * MIB), "v2");
        try (Copy copy = copier.open(claim())) {
            copy.setKey("elsewhere/a_b");
            copy.setStorageClass("STANDARD_IA");
            copy.store();
            copy.vouch();
            assertThat(copy.record().objectKey()).isEqualTo("elsewhere/a_b");
        }
        assertThat(objects()).containsExactly("elsewhere/a_b");
        // The server knows no classes; it is asked for them wherever an object is made.
        List<Request> making = wire.requests().stream()
                .filter(request -> request.line().contains("/elsewhere/a_b"))
                .filter(request ->
                        request.is("PUT", "") && !request.is("PUT", "partNumber=") || request.is("POST", "uploads"))
                .toList();
        assertThat(making).hasSize(large ? 2 : 1);
        assertThat(making).allMatch(request -> "STANDARD_IA".equals(request.header("x-amz-storage-class")));
    }

    /** An upload has its name for good: under another one it begins anew, and the old one does not stay. */
    @Test
    void anUploadOfAnEarlierAttemptBeginsAnewUnderAnotherName() {
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        origin.serveAll();
        try (Copy copy = copier.open(claim())) {
            copy.setKey("elsewhere/k");
            copy.store();
            copy.vouch();
            assertThat(copy.record().checksum()).isEqualTo(new Checksum(SHA256, Digests.sha256(video)));
        }
        assertThat(objects()).containsExactly("elsewhere/k");
        assertThat(openUploads()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/a",
                "a/",
                "a//b",
                "../a",
                "a/..",
                "a/./b",
                "a b",
                "ä",
                ".mediakeep/a",
                "kling/t/task.json",
                "a\nb"
            })
    void refusesWhatIsNoNameOfAnObject(String key) {
        try (Copy copy = copier.open(claim())) {
            assertThatThrownBy(() -> copy.setKey(key)).hasMessageContaining("no key of an object");
            copy.fail(new IllegalStateException());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "store", "vouch"})
    void whatIsRefusedLeavesNothingBehind(String last) {
        try (Copy copy = copier.open(claim())) {
            if (!last.equals("open")) {
                copy.store();
            }
            if (last.equals("vouch")) {
                copy.vouch();
            }
            FinalFailure refused = catchThrowableOfType(FinalFailure.class, () -> copy.refuse("not wanted"));
            assertThat(refused.reason()).isEqualTo("refused");
            copy.fail(refused);
        }
        assertThat(objects()).isEmpty();
        assertThat(openUploads()).isZero();
    }

    @Test
    void whatIsRecordedIsRefusedNoMore() {
        try (Copy copy = copier.open(claim())) {
            copy.store();
            copy.vouch();
            copy.record();
            assertThatThrownBy(() -> copy.refuse("too late")).isInstanceOf(IllegalStateException.class);
        }
        assertThat(objects()).containsExactly(KEY);
    }

    @Test
    void goesOnInALaterAttemptAfterTheLastGoodPart() {
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        assertThat(openUploads()).isEqualTo(1);
        int before = origin.gets().size();
        origin.serveAll();

        succeeds(video);
        assertThat(origin.gets().subList(before, origin.gets().size()))
                .containsExactly(new TaggedOrigin.Get("bytes=" + 2 * PART + "-", "\"v1\"", 2 * PART));
    }

    @Test
    void beginsAtZeroWhereTheSourceHasChanged() {
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        byte[] other = TaggedOrigin.video(2, 16 * MIB);
        origin.change(other, "\"v2\"");
        origin.serveAll();

        succeeds(other);
    }

    @Test
    void keepsNoUploadWithoutAStrongTag() {
        origin.change(video, "W/\"v1\"");
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        assertThat(openUploads()).isZero();
        origin.serveAll();

        succeeds(video);
        assertThat(origin.gets()).allMatch(get -> get.range() == null);
    }

    @Test
    void goesOnWithoutAnAnnouncedLengthAndTrustsTheContainer() {
        origin.announceNoLength();
        origin.stallAt(16 * MIB);
        fails(impatient, "resp_too_slow");
        origin.serveAll();

        succeeds(video);
        assertThat(last().from()).isEqualTo(3 * PART);
    }

    @Test
    void beginsAtZeroWhereTheStorageLostAnUpload() {
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        s3.listMultipartUploads(b -> b.bucket("media"))
                .uploads()
                .forEach(u -> s3.abortMultipartUpload(
                        b -> b.bucket("media").key(u.key()).uploadId(u.uploadId())));
        origin.serveAll();

        succeeds(video);
        assertThat(last().from()).isZero();
    }

    @Test
    void beginsAtZeroWithAnUploadThatIsTooOld() {
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        ahead = Duration.ofHours(25);
        origin.serveAll();

        succeeds(video);
        assertThat(last().from()).isZero();
    }

    @Test
    void anObjectThatIsNotWhatWasSentIsRemovedAndMadeAnew() throws Exception {
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        execute("UPDATE media_part SET crc32c = crc32c + 1 WHERE number = 1");
        origin.serveAll();
        fails("resp_checksum");
        assertThat(objects()).isEmpty();
        assertThat(openUploads()).isZero();

        succeeds(video);
        assertThat(last().from()).isZero();
    }

    @ParameterizedTest(name = "{0} bytes in one attempt")
    @ValueSource(ints = {100_000, 17 * MIB})
    void aContainerThatIsCutIsNotStoredWhateverLengthIsAnnounced(int size) {
        origin.change(Arrays.copyOf(TaggedOrigin.video(5, size), size - 1), "\"v1\"");

        fails("resp_truncated");
        assertThat(objects()).isEmpty();
        assertThat(openUploads()).isZero();
    }

    @Test
    void aContainerThatIsCutIsNotStoredByTheAttemptThatGoesOnEither() {
        origin.change(Arrays.copyOf(video, video.length - 1), "\"v1\"");
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        assertThat(openUploads()).isEqualTo(1);
        origin.serveAll();

        fails("resp_truncated");
        assertThat(objects()).isEmpty();
        assertThat(openUploads()).isZero();
        origin.change(video, "\"v1\"");
        succeeds(video);
    }

    @Test
    void textIsKeptOnlyWhereItIsToCome() {
        byte[] subtitles = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n".getBytes(StandardCharsets.UTF_8);
        origin.change(subtitles, "\"v1\"");
        Claimed video = claim();
        Claimed text = new Claimed(
                video.id(),
                "text",
                video.url(),
                video.expiresAt(),
                video.attempts(),
                video.refreshes(),
                video.refusals(),
                video.stale(),
                video.fence(),
                video.uploadId(),
                video.objectKey(),
                video.createdAt(),
                video.ownRead(),
                video.crashes(),
                null);
        assertThatThrownBy(() -> Steps.copy(all, video)).hasMessageContaining("found text");
        assertThatThrownBy(() -> Steps.copy(copier, text)).hasMessageContaining("found text");

        assertThat(Steps.copy(all, text).contentType()).isEqualTo("text/vtt");
        assertThat(objects()).containsExactly("kling/t/k.vtt");
    }

    @Test
    void aPageBehindAGoodBeginningEndsTheDownload() {
        byte[] page = video.clone();
        Arrays.fill(page, 32, page.length, (byte) '<');
        origin.change(page, "\"v1\"");

        fails("resp_type");
        assertThat(objects()).isEmpty();
        assertThat(openUploads()).isZero();
    }

    @ParameterizedTest(name = "G25 Content-MD5 of other bytes, {0} bytes in one attempt")
    @ValueSource(ints = {100_000, 17 * MIB})
    void nothingIsStoredThatDoesNotFitTheMd5OfTheSource(int size) {
        byte[] bytes = TaggedOrigin.video(4, size);
        origin.change(bytes, "\"v1\"");
        origin.announceMd5(Base64.getEncoder().encodeToString(Digests.newMd5().digest(new byte[size])));
        fails("resp_checksum");
        assertThat(objects()).isEmpty();
        assertThat(openUploads()).isZero();

        origin.announceMd5(Base64.getEncoder().encodeToString(Digests.newMd5().digest(bytes)));
        succeeds(bytes);
        assertThat(last().from()).isZero();
    }

    @Test
    void g25TheMd5OfTheSourceIsCheckedAlsoAcrossAttempts() throws Exception {
        origin.announceMd5(Base64.getEncoder().encodeToString(new byte[16]));
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        origin.serveAll();
        fails("resp_checksum");
        assertThat(objects()).isEmpty();
        origin.announceMd5(Base64.getEncoder().encodeToString(Digests.newMd5().digest(video)));
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        origin.serveAll();

        succeeds(video);
        assertThat(last().from()).isEqualTo(2 * PART);
    }

    @ParameterizedTest(name = "length announced: {0}")
    @ValueSource(booleans = {true, false})
    void whatFitsIntoTheBuffersIsStoredWithOneRequest(boolean announced) {
        byte[] clip = TaggedOrigin.video(5, 14 * MIB);
        origin.change(clip, "\"v5\"");
        if (!announced) {
            origin.announceNoLength();
        }

        succeeds(clip);
        assertThat(wire.requests()).filteredOn(r -> r.is("PUT", KEY)).hasSize(1);
        assertThat(wire.requests()).noneMatch(r -> r.is("POST", KEY));
    }

    @Test
    void severalBuffersAreSentAgainFromTheFirstWhereTheAnswerWasLost() {
        byte[] clip = TaggedOrigin.video(5, 14 * MIB);
        origin.change(clip, "\"v5\"");
        once(r -> r.is("PUT", KEY), Fault.CUT);

        succeeds(clip);
        assertThat(origin.gets()).hasSize(1);
    }

    @Test
    void whatWasHeldOfAnAttemptIsNothingToTheNext() {
        byte[] clip = TaggedOrigin.video(5, 14 * MIB);
        origin.change(clip, "\"v5\"");
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        assertThat(openUploads()).isZero();
        byte[] other = TaggedOrigin.video(6, 13 * MIB);
        origin.change(other, "\"v6\"");
        origin.serveAll();

        succeeds(other);
        assertThat(last().from()).isZero();
    }

    @Test
    void aLengthThatIsNotAnnouncedMayExceedWhatCanBeHeld() {
        origin.announceNoLength();

        succeeds(video);
        assertThat(wire.requests())
                .filteredOn(r -> r.is("PUT", KEY + "?partNumber="))
                .hasSize(4);
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {100_000, 14 * MIB, 17 * MIB})
    void aCrc32cIsEnoughWhereTheSettingSaysSo(int size) {
        byte[] bytes = TaggedOrigin.video(5, size);
        origin.change(bytes, "\"v5\"");

        succeedsLight(bytes);
    }

    @Test
    void theCrc32cOfSeveralAttemptsIsReadBack() {
        origin.breakAt(12 * MIB);
        fails(light, "resp_truncated");
        origin.serveAll();

        succeedsLight(video);
        assertThat(last().from()).isEqualTo(2 * PART);
    }

    @Test
    void anObjectThatWasStoredWithAnotherChecksumIsComparedByItsBytes() {
        byte[] small = TaggedOrigin.video(3, 100_000);
        origin.change(small, "\"s\"");
        stranger(small);
        assertThat(Steps.copy(light, claim()).checksum().algorithm()).isEqualTo(Algorithm.CRC32C);
        assertThat(wire.requests()).filteredOn(r -> r.is("GET", KEY)).hasSize(1);
    }

    @Test
    void anObjectOfOtherBytesIsAConflictAlsoByCrc32c() {
        byte[] small = TaggedOrigin.video(3, 100_000);
        origin.change(small, "\"s\"");
        stranger(new byte[100_000]);

        assertThatThrownBy(() -> Steps.copy(light, claim())).hasMessageContaining("with crc32c ");
    }

    @Test
    void twoPartsAreSentAtATime() {
        CountDownLatch second = new CountDownLatch(1);
        wire.rule(request -> {
            if (request.is("PUT", "partNumber=2")) {
                second.countDown();
            }
            return request.is("PUT", "partNumber=1") && !await(second)
                    ? Fault.status(400, "", "<Error><Code>NoOtherPartCame</Code></Error>")
                    : Fault.NONE;
        });

        succeeds(video);
    }

    @Test
    void aPartThatIsRefusedBesideAGoodOneIsSentAgain() {
        CountDownLatch second = new CountDownLatch(1);
        AtomicBoolean refused = new AtomicBoolean();
        wire.rule(request -> {
            if (request.is("PUT", "partNumber=2")) {
                second.countDown();
            }
            boolean first = request.is("PUT", "partNumber=1") && await(second);
            return first && refused.compareAndSet(false, true)
                    ? Fault.status(400, "", "<Error><Code>Refused</Code></Error>")
                    : Fault.NONE;
        });
        fails("storage_refused");

        succeeds(video);
        assertThat(last().from()).isZero();
    }

    @Test
    void aLostAnswerToAPartIsOnePart() {
        once(r -> r.is("PUT", "partNumber=2"), Fault.CUT);

        succeeds(video);
        assertThat(origin.gets()).hasSize(1);
    }

    @Test
    void goesOnAfterAllAnswersToAPartWereLost() {
        wire.rule(r -> r.is("PUT", "partNumber=3") ? Fault.CUT : Fault.NONE);
        fails("storage");
        wire.rule(r -> Fault.NONE);

        succeeds(video);
        assertThat(last().from()).isEqualTo(2 * PART);
    }

    @Test
    void knowsItsObjectAgainAfterAllAnswersToTheCompletionWereLost() {
        wire.rule(r -> r.is("POST", "uploadId=") ? Fault.CUT : Fault.NONE);
        fails("storage");
        wire.rule(r -> Fault.NONE);

        succeeds(video);
        assertThat(origin.gets()).hasSize(1);
    }

    @Test
    void completesWithoutAFetchWhatWasRefusedAtItsCompletion() {
        wire.rule(r -> r.is("POST", "uploadId=") ? Fault.status(503, "", "") : Fault.NONE);
        fails("storage");
        wire.rule(r -> Fault.NONE);

        succeeds(video);
        assertThat(origin.gets()).hasSize(1);
    }

    @Test
    void trustsTheMetadataOfAFinishedCopyThatTheLedgerDidNotHearOf() {
        loseLeaseAfter(r -> r.header("x-amz-copy-source") != null, r -> Fault.NONE);
        Claimed old = claim();
        assertThatThrownBy(() -> Steps.copy(copier, old)).isInstanceOf(LeaseLostException.class);
        wire.rule(r -> Fault.NONE);
        int before = wire.requests().size();

        succeeds(video);
        assertThat(origin.gets()).hasSize(1);
        assertThat(wire.requests().subList(before, wire.requests().size())).noneMatch(r -> r.is("GET", KEY + " "));
    }

    @Test
    void theChecksumOfSeveralPartsGoesIntoATag() {
        KeptTags tags = takesTags();

        isStoredWithTag(tags);
        assertThat(wire.requests()).noneMatch(r -> r.header("x-amz-copy-source") != null);
    }

    @Test
    void anObjectWithoutATagOfAProcessThatEndedIsReadBackAndTagged() {
        KeptTags tags = takesTags();
        wire.rule(r -> r.is("POST", "uploadId=") ? Fault.CUT : tags.apply(r));
        fails(tagging, "storage");
        assertThat(tags.of("media", KEY)).isNull();
        wire.rule(tags);

        isStoredWithTag(tags);
        assertThat(origin.gets()).hasSize(1);
    }

    @Test
    void trustsTheTagOfAFinishedCopyThatTheLedgerDidNotHearOf() {
        KeptTags tags = takesTags();
        loseLeaseAfter(r -> r.is("PUT", "tagging"), tags);
        Claimed old = claim();
        assertThatThrownBy(() -> Steps.copy(tagging, old)).isInstanceOf(LeaseLostException.class);
        int before = wire.requests().size();

        isStoredWithTag(tags);
        assertThat(origin.gets()).hasSize(1);
        assertThat(wire.requests().subList(before, wire.requests().size()))
                .noneMatch(r -> r.is("GET", KEY + " ") || r.is("PUT", ""));
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {100_000, 17 * MIB})
    void aStorageThatVouchesIsAskedNothingMore(int size) {
        byte[] bytes = TaggedOrigin.video(5, size);
        origin.change(bytes, "\"v5\"");
        wire.rule(Fault::vouch);
        tagged.check();
        int before = wire.requests().size();

        Steps.copy(tagging, claim());
        List<Request> asked = wire.requests().subList(before, wire.requests().size());
        assertThat(asked).noneMatch(r -> r.is("HEAD", "") || r.is("GET", ""));
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        String whole = Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        assertThat(asked.get(asked.size() - 1).header("x-amz-checksum-crc32c")).isEqualTo(whole);
        assertThat(s3.getObjectAsBytes(b -> b.bucket("media").key(KEY)).asByteArray())
                .isEqualTo(bytes);
    }

    @Test
    void anUploadOfAnEarlierProcessThatTellsNoCrcGetsNone() {
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        origin.serveAll();
        wire.rule(Fault::vouch);
        tagged.check();
        int before = wire.requests().size();

        assertThat(Steps.copy(tagging, claim()).size()).isEqualTo(video.length);
        assertThat(wire.requests().subList(before, wire.requests().size()))
                .noneMatch(r -> r.header("x-amz-checksum-crc32c") != null);
    }

    private KeptTags takesTags() {
        KeptTags tags = new KeptTags();
        wire.rule(tags);
        tagged.check();
        return tags;
    }

    private void isStoredWithTag(KeptTags tags) {
        String sum = Digests.sha256(video);
        Stored stored = Steps.copy(tagging, claim());
        assertThat(stored.checksum()).isEqualTo(new Checksum(SHA256, sum));
        var object = s3.getObjectAsBytes(b -> b.bucket("media").key(KEY));
        assertThat(object.asByteArray()).isEqualTo(video);
        assertThat(object.response().metadata()).doesNotContainKey("sha256");
        assertThat(tags.of("media", KEY)).contains(sum);
        assertThat(objects()).containsExactly(KEY);
        assertThat(openUploads()).isZero();
    }

    private void loseLeaseAfter(Predicate<Request> when, Function<Request, Fault> rule) {
        AtomicBoolean lost = new AtomicBoolean();
        wire.rule(r -> {
            if (when.test(r) && lost.compareAndSet(false, true)) {
                ahead = ahead.plusMinutes(2);
                assertThat(media.takeOver()).isEqualTo(1);
            }
            return rule.apply(r);
        });
    }

    @Test
    void knowsItsObjectAgainAfterAllAnswersToAPutWereLost() {
        byte[] small = TaggedOrigin.video(3, 100_000);
        origin.change(small, "\"s\"");
        wire.rule(r -> r.is("PUT", KEY) ? Fault.CUT : Fault.NONE);
        fails("storage");
        wire.rule(r -> Fault.NONE);

        succeeds(small);
    }

    @Test
    void anObjectOfSomebodyElseIsNotTakenForOurs() {
        origin.breakAt(12 * MIB);
        fails("resp_truncated");
        s3.putObject(b -> b.bucket("media").key(KEY), RequestBody.fromBytes(new byte[video.length]));
        origin.serveAll();
        fails("storage"); // Of the same size: only a copy from zero can tell.

        assertThatThrownBy(() -> Steps.copy(copier, claim())).hasMessageContaining("A different object");
        assertThat(s3.getObjectAsBytes(b -> b.bucket("media").key(KEY)).asByteArray())
                .isEqualTo(new byte[video.length]);
        assertThat(openUploads()).isZero();
    }

    @Test
    void aNodeThatLostItsLeaseStopsAndHarmsNothing() throws Exception {
        origin.stallAt(12 * MIB);
        Claimed old = claim();
        CompletableFuture<Stored> late = CompletableFuture.supplyAsync(() -> Steps.copy(copier, old));
        Awaitility.await("two parts")
                .atMost(Duration.ofSeconds(60))
                .until(() -> uploads.find(old).map(u -> u.parts().size()).orElse(0) == 2);
        ahead = Duration.ofMinutes(2);
        assertThat(media.takeOver()).isEqualTo(1);
        Claimed current = claim();
        origin.serveAll();
        origin.go();

        assertThatThrownBy(late::get).hasCauseInstanceOf(LeaseLostException.class);
        assertThat(openUploads()).isEqualTo(1);
        succeeds(current, video);
        assertThat(last().from()).isEqualTo(2 * PART);
    }

    private Copier copier(Storage storage, Clock clock, Duration stall, Algorithm checksum) {
        return copier(storage, clock, stall, checksum, Map.of());
    }

    private Copier copier(
            Storage storage, Clock clock, Duration stall, Algorithm checksum, Map<String, Set<String>> kinds) {
        AddressTable addresses = new AddressTable();
        GuardedResolver resolver = own(new GuardedResolver(addresses, true));
        Duration minute = Duration.ofMinutes(1);
        FetchLimits limits = new FetchLimits(
                minute, stall, 0, minute, Duration.ofHours(1), 1L << 40, Duration.ofHours(1), "test", 4, 4);
        Fetcher fetcher = own(new Fetcher(limits, new UrlGuard(Set.of(443), true, addresses), resolver, clock));
        return new Copier(
                fetcher,
                storage,
                new ObjectKeys("${provider}/${taskId}/${mediaKey}.${extension}"),
                media,
                uploads,
                clock,
                new MediaHosts(
                        Map.of("kling", HostPatterns.parse("*")), provider -> List.of(), (provider, url) -> Map.of()),
                Map.of(),
                kinds,
                new CopySettings(4, PART, Duration.ofHours(24), checksum));
    }

    /** Puts an object under the key, described as a copy that recorded the SHA-256 would have. */
    private void stranger(byte[] bytes) {
        s3.putObject(
                b -> b.bucket("media").key(KEY).metadata(Map.of("sha256", Digests.sha256(bytes))),
                RequestBody.fromBytes(bytes));
    }

    private Claimed claim() {
        return media.claim(1).get(0);
    }

    /** One attempt, which has to fail so; the media is due again after it. */
    private void fails(String reason) {
        fails(copier, reason);
    }

    private void fails(Copier copier, String reason) {
        Claimed claimed = claim();
        RetryableFailure failure = catchThrowableOfType(RetryableFailure.class, () -> Steps.copy(copier, claimed));
        assertThat(failure).isNotNull();
        assertThat(failure.reason()).as(failure.getMessage()).isEqualTo(reason);
        assertThat(media.retry(claimed, Duration.ZERO, true, reason, null)).isTrue();
    }

    private void succeeds(byte[] expected) {
        succeeds(claim(), expected);
    }

    private void succeeds(Claimed claimed, byte[] expected) {
        succeeds(copier, claimed, new Checksum(SHA256, Digests.sha256(expected)), expected);
    }

    private void succeedsLight(byte[] expected) {
        CRC32C crc = new CRC32C();
        crc.update(expected);
        succeeds(light, claim(), new Checksum(Algorithm.CRC32C, "%08x".formatted(crc.getValue())), expected);
    }

    private void succeeds(Copier copier, Claimed claimed, Checksum checksum, byte[] expected) {
        Stored stored = Steps.copy(copier, claimed);

        assertThat(stored.checksum()).isEqualTo(checksum);
        assertThat(stored.size()).isEqualTo(expected.length);
        assertThat(stored.contentType()).isEqualTo("video/mp4");
        assertThat(stored.sourceHost()).isEqualTo("127.0.0.1");
        assertThat(objects()).containsExactly(KEY);
        var object = s3.getObjectAsBytes(b -> b.bucket("media").key(KEY));
        assertThat(object.asByteArray()).isEqualTo(expected);
        assertThat(object.response().metadata())
                .containsOnly(
                        Map.entry(checksum.algorithm().label(), checksum.value()),
                        Map.entry("provider", "kling"),
                        Map.entry("task-id", "t"),
                        Map.entry("media-key", "k"));
        assertThat(openUploads()).isZero();
    }

    private TaggedOrigin.Get last() {
        return origin.gets().get(origin.gets().size() - 1);
    }

    private int openUploads() {
        return s3.listMultipartUploads(b -> b.bucket("media")).uploads().size();
    }

    private List<String> objects() {
        return s3.listObjectsV2(b -> b.bucket("media")).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private void once(Predicate<Request> when, Fault fault) {
        AtomicInteger times = new AtomicInteger();
        wire.rule(r -> when.test(r) && times.getAndIncrement() == 0 ? fault : Fault.NONE);
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("l.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static S3Client client(String endpoint, EmbeddedStorage server) {
        return StorageClientFactory.create(endpoint, "us-east-1", server.accessKey(), server.secretKey(), true, 4);
    }

    private <T extends AutoCloseable> T own(T resource) {
        open.push(resource);
        return resource;
    }

    private final class AheadClock extends Clock {
        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }
}
