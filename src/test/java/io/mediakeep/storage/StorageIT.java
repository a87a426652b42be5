package io.mediakeep.storage;

import static io.mediakeep.digest.Checksum.Algorithm.SHA256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mediakeep.digest.Checksum;
import io.mediakeep.digest.Digests;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.storage.FaultyStorage.Fault;
import io.mediakeep.storage.FaultyStorage.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** The real S3 client against the embedded server, with faults in between. */
@Timeout(60)
class StorageIT {
    private static final String KEY = "kling/1/a.mp4";
    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    private EmbeddedStorage server;
    private FaultyStorage wire;
    private S3Client client;
    private Storage storage;

    @BeforeEach
    void start() throws Exception {
        server = new EmbeddedStorage(directory, 0);
        wire = new FaultyStorage(server.endpoint());
        client = client(wire.endpoint().toString(), server.accessKey(), server.secretKey());
        storage = new Storage(client, "media");
        storage.checkBucket(true);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        wire.close();
        server.close();
    }

    @Test
    void readsAPartAndNoOther() {
        byte[] bytes = bytes(100_000, 3);
        storage.put(KEY, content(bytes, 100_000), description(sha256(bytes, 100_000)));

        assertThat(storage.read(KEY, 0, 100_000)).hasValue(bytes);
        assertThat(storage.read(KEY, 40_000, 10)).hasValue(Arrays.copyOfRange(bytes, 40_000, 40_010));
        assertThat(storage.read("kling/1/none.mp4", 0, 1)).isEmpty();
        assertThatExceptionOfType(RetryableFailure.class).isThrownBy(() -> storage.read(KEY, 99_999, 2));
    }

    @Test
    void storesPlainFilesThatOutliveARestart() throws Exception {
        byte[] bytes = bytes(100_000, 1);
        storage.put(KEY, content(bytes, 90_000), description(sha256(bytes, 90_000)));
        server.close();
        assertThat(Files.readAllBytes(directory.resolve("media/" + KEY))).isEqualTo(Arrays.copyOf(bytes, 90_000));
        try (EmbeddedStorage again = new EmbeddedStorage(directory, 0);
                S3Client other = client(again.endpoint().toString(), again.accessKey(), again.secretKey())) {
            assertThat(again.secretKey()).isNotEqualTo(server.secretKey());
            Storage restarted = new Storage(other, "media");
            restarted.checkBucket(false);
            StoredObject object = restarted.head(KEY).orElseThrow();
            assertThat(object.size()).isEqualTo(90_000);
            assertThat(object.contentType()).isEqualTo("video/mp4");
            assertThat(object.metadata())
                    .isEqualTo(description(sha256(bytes, 90_000)).metadata());
            try (InputStream in = restarted.read(KEY)) {
                assertThat(in.readAllBytes()).hasSize(90_000);
            }
        }
    }

    @Test
    void storesInParts() {
        byte[] bytes = bytes(11 * MIB, 2);
        String id = storage.createMultipart(KEY, description(null));
        assertThat(storage.listMultipartUploads("kling/")).singleElement().satisfies(u -> {
            assertThat(u.key()).isEqualTo(KEY);
            assertThat(u.uploadId()).isEqualTo(id);
            assertThat(u.initiated()).isAfter(Instant.now().minusSeconds(600));
        });
        List<UploadedPart> parts = List.of(
                storage.uploadPart(KEY, id, 1, bytes, 6 * MIB),
                storage.uploadPart(KEY, id, 2, Arrays.copyOfRange(bytes, 6 * MIB, 11 * MIB), 5 * MIB));
        assertThat(storage.listParts(KEY, id)).isEqualTo(parts);
        assertThat(storage.head(KEY)).isEmpty();
        storage.complete(KEY, id, parts, sha256(bytes, bytes.length));
        assertThat(storage.listMultipartUploads("kling/")).isEmpty();
        assertThat(storage.listParts(KEY, id)).isEmpty();
        assertThat(storage.head(KEY).orElseThrow().checksum()).isEmpty();

        ObjectDescription full = description(sha256(bytes, bytes.length));
        assertThat(storage.describe(KEY, full)).isTrue();
        StoredObject object = storage.head(KEY).orElseThrow();
        assertThat(object.metadata()).isEqualTo(full.metadata());
        assertThat(object.contentType()).isEqualTo("video/mp4");
        assertThat(object.size()).isEqualTo(bytes.length);
        assertThat(read()).isEqualTo(bytes);
    }

    @Test
    void describesObjectsAboveTheCopyLimitInParts() {
        Storage small = new Storage(
                client,
                new StorageSite("", "media", "us-east-1", true, true),
                LateChecksum.COPY,
                true,
                8 * MIB,
                6 * MIB);
        byte[] bytes = bytes(15 * MIB, 3);
        small.put(KEY, content(bytes, bytes.length), description(null));
        ObjectDescription full = description(sha256(bytes, bytes.length));
        assertThat(small.describe(KEY, full)).isTrue();
        assertThat(small.head(KEY).orElseThrow().metadata()).isEqualTo(full.metadata());
        assertThat(small.head(KEY).orElseThrow().contentType()).isEqualTo("video/mp4");
        assertThat(read()).isEqualTo(bytes);
        assertThat(small.listMultipartUploads("kling/")).isEmpty();
        long before = copies();
        assertThat(small.describe(KEY, full)).isTrue();
        assertThat(copies()).as("nothing to change, nothing copied").isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 405, 501})
    void tellsThatAnObjectCannotBeDescribed(int status) {
        byte[] bytes = bytes(10, 3);
        storage.put(KEY, content(bytes, 10), description(null));
        once(r -> r.header("x-amz-copy-source") != null, Fault.status(status, "", error("NotImplemented")));
        assertThat(storage.describe(KEY, description(sha256(bytes, 10)))).isFalse();
        assertThat(storage.describe("kling/1/gone.mp4", description(null))).isFalse();
    }

    @Test
    void abortsUploadsAlsoTwice() {
        String id = storage.createMultipart(KEY, description(null));
        storage.uploadPart(KEY, id, 1, bytes(MIB, 1), MIB);
        storage.abort(KEY, id);
        storage.abort(KEY, id);
        assertThat(storage.listMultipartUploads("kling/")).isEmpty();
        assertThat(storage.listParts(KEY, id)).isEmpty();
    }

    @Test
    void h05NoMetadataBecomesAHeader() {
        var d = ObjectDescription.of("video/mp4", "kling", "1", "a\r\nx-amz-acl: public-read", null);
        storage.put(KEY, content(bytes(1, 1), 1), d);
        assertThat(wire.requests()).noneMatch(r -> r.header("x-amz-acl") != null);
        assertThat(storage.head(KEY).orElseThrow().metadata()).isEqualTo(d.metadata());
    }

    @Test
    void h10TreatsTheSameObjectAsStored() {
        byte[] bytes = bytes(1_000, 4);
        storage.put(KEY, content(bytes, 1_000), description(sha256(bytes, 1_000)));
        storage.put(KEY, content(bytes, 1_000), description(sha256(bytes, 1_000)));
        assertThat(puts()).isEqualTo(2);
        assertThat(read()).isEqualTo(bytes);
    }

    @Test
    void h10ComparesTheBytesWhereTheObjectHasNoChecksum() {
        byte[] bytes = bytes(1_000, 4);
        storage.put(KEY, content(bytes, 1_000), description(null));
        assertThatNoException()
                .isThrownBy(() -> storage.put(KEY, content(bytes, 1_000), description(sha256(bytes, 1_000))));
        byte[] others = bytes(1_000, 5);
        conflict(() -> storage.put(KEY, content(others, 1_000), description(sha256(others, 1_000))));
    }

    @Test
    void h11LeavesADifferentObjectAlone() {
        byte[] bytes = bytes(1_000, 4);
        byte[] others = bytes(1_000, 5);
        storage.put(KEY, content(bytes, 1_000), description(sha256(bytes, 1_000)));
        conflict(() -> storage.put(KEY, content(others, 1_000), description(sha256(others, 1_000))));
        conflict(() -> storage.put(KEY, content(bytes, 999), description(sha256(bytes, 999))));
        String id = storage.createMultipart(KEY, description(null));
        List<UploadedPart> parts = List.of(storage.uploadPart(KEY, id, 1, others, 1_000));
        conflict(() -> storage.complete(KEY, id, parts, sha256(others, 1_000)));
        assertThat(read()).isEqualTo(bytes);
    }

    @Test
    void h10TreatsTheSamePartsAsStored() {
        byte[] bytes = bytes(1_000, 4);
        storage.put(KEY, content(bytes, 1_000), description(sha256(bytes, 1_000)));
        String id = storage.createMultipart(KEY, description(null));
        List<UploadedPart> parts = List.of(storage.uploadPart(KEY, id, 1, bytes, 1_000));
        storage.complete(KEY, id, parts, sha256(bytes, 1_000));
        assertThat(storage.listMultipartUploads("kling/")).isEmpty();
    }

    @Test
    void h12AnErrorInsideA200IsAFailure() {
        String id = storage.createMultipart(KEY, description(null));
        byte[] bytes = bytes(1_000, 4);
        List<UploadedPart> parts = List.of(storage.uploadPart(KEY, id, 1, bytes, 1_000));
        wire.rule(r -> r.is("POST", "uploadId=") ? Fault.status(200, "", error("InternalError")) : Fault.NONE);
        retryable(() -> storage.complete(KEY, id, parts, sha256(bytes, 1_000)));
        assertThat(storage.head(KEY)).isEmpty();
        wire.rule(r -> Fault.NONE);
        storage.complete(KEY, id, parts, sha256(bytes, 1_000));
        assertThat(read()).isEqualTo(bytes);
    }

    @Test
    void h13SendsOnlyTheRefusedPartAgain() {
        byte[] bytes = bytes(5 * MIB, 6);
        String id = storage.createMultipart(KEY, description(null));
        once(r -> r.is("PUT", "partNumber=3"), Fault.status(503, "", error("SlowDown")));
        List<UploadedPart> parts = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            parts.add(storage.uploadPart(KEY, id, i, bytes, 5 * MIB));
        }
        storage.complete(KEY, id, parts, sha256(new byte[1], 1));
        assertThat(wire.requests().stream().filter(r -> r.is("PUT", KEY + "?partNumber=")))
                .hasSize(6);
        assertThat(wire.requests().stream().filter(r -> r.is("PUT", "partNumber=3")))
                .hasSize(2);
        assertThat(storage.head(KEY).orElseThrow().size()).isEqualTo(25 * MIB);
    }

    @Test
    void h14NotesWhetherTheStorageHonoursConditions() {
        assertThat(storage.conditionalWritesHonoured()).isTrue();
        wire.rule(r -> r.is("PUT", "probe") ? Fault.status(200, "ETag: \"1\"\r\n", "") : Fault.NONE);
        assertThat(storage.conditionalWritesHonoured()).as("found out once").isTrue();
        Storage other = new Storage(client, "media");
        assertThat(other.conditionalWritesHonoured()).isFalse();
        wire.rule(r -> r.header("if-none-match") == null ? Fault.NONE : Fault.status(501, "", error("NotImplemented")));
        Storage third = new Storage(client, "media");
        assertThat(third.conditionalWritesHonoured()).isFalse();
        third.put(KEY, content(bytes(10, 1), 10), description(null));
        assertThat(third.head(KEY)).isPresent();
        assertThat(directory.resolve("media/.mediakeep")).doesNotExist();
    }

    @Test
    void h14ABrokenStorageIsNotMistakenForOneWithoutConditions() {
        wire.rule(r -> Fault.status(503, "Retry-After: 7200\r\n", error("SlowDown")));
        Storage other = new Storage(client, "media");
        retryable(other::conditionalWritesHonoured);
        wire.rule(r -> Fault.NONE);
        assertThat(other.conditionalWritesHonoured()).isTrue();
    }

    @Test
    void h15ALostAnswerToAPutIsOneObject() {
        byte[] bytes = bytes(1_000, 4);
        storage.conditionalWritesHonoured();
        once(r -> r.is("PUT", KEY), Fault.CUT);
        storage.put(KEY, content(bytes, 1_000), description(sha256(bytes, 1_000)));
        assertThat(puts()).isEqualTo(2);
        assertThat(read()).isEqualTo(bytes);
    }

    @Test
    void h15ALostAnswerToACompletionIsOneObject() {
        byte[] bytes = bytes(1_000, 4);
        String id = storage.createMultipart(KEY, description(null));
        List<UploadedPart> parts = List.of(storage.uploadPart(KEY, id, 1, bytes, 1_000));
        once(r -> r.is("POST", "uploadId="), Fault.CUT);
        storage.complete(KEY, id, parts, sha256(bytes, 1_000));
        assertThat(read()).isEqualTo(bytes);
        assertThat(storage.listMultipartUploads("kling/")).isEmpty();
    }

    @Test
    void aCompletionOfAnUploadThatIsGoneIsTriedAgain() {
        String id = storage.createMultipart(KEY, description(null));
        List<UploadedPart> parts = List.of(storage.uploadPart(KEY, id, 1, bytes(10, 1), 10));
        storage.abort(KEY, id);
        retryable("storage_refused", () -> storage.complete(KEY, id, parts, sha256(new byte[1], 1)));
    }

    @Test
    void h16SendsPlainBodies() {
        storage.put(KEY, content(bytes(1_000, 1), 1_000), description(null));
        String id = storage.createMultipart(KEY + "2", description(null));
        var part = storage.uploadPart(KEY + "2", id, 1, bytes(1_000, 1), 1_000);
        storage.complete(KEY + "2", id, List.of(part), sha256(new byte[1], 1));
        assertThat(wire.requests()).isNotEmpty().allSatisfy(r -> {
            assertThat(r.header("x-amz-trailer")).isNull();
            assertThat(r.head())
                    .doesNotContainIgnoringCase("x-amz-checksum-mode")
                    .doesNotContainIgnoringCase("x-amz-sdk-c");
            assertThat(r.header("transfer-encoding")).isNull();
            assertThat(r.header("content-encoding")).isNull();
            assertThat(r.header("expect")).isNull();
            assertThat(r.header("x-amz-content-sha256")).matches("[0-9a-f]{64}|UNSIGNED-PAYLOAD");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 429, 500, 503})
    void everyTroubleOfTheStorageCanBeRetriedAndSaysNoSecret(int status) {
        storage.conditionalWritesHonoured();
        String secret = server.secretKey();
        wire.rule(r -> Fault.status(
                status,
                "Retry-After: 7200\r\n",
                "<Error><Code>Odd\nCode" + secret + "</Code><Message>" + secret + "</Message></Error>"));
        List<Runnable> operations = List.of(
                () -> storage.put(KEY, content(bytes(10, 1), 10), description(null)),
                () -> storage.createMultipart(KEY, description(null)),
                () -> storage.uploadPart(KEY, "x", 1, bytes(10, 1), 10),
                () -> storage.read(KEY),
                () -> storage.listMultipartUploads(""),
                () -> storage.checkBucket(false));
        for (Runnable operation : operations) {
            RetryableFailure failure = catchThrowableOfType(RetryableFailure.class, operation::run);
            boolean alone = status < 429 && failure.getMessage().contains(KEY);
            assertThat(failure.reason()).isEqualTo(alone ? "storage_refused" : "storage");
            assertThat(failure).hasMessageContaining("status " + status);
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            assertThat(trace.toString()).doesNotContain(secret).doesNotContain(server.accessKey());
        }
        RetryableFailure put = catchThrowableOfType(
                RetryableFailure.class, () -> operations.get(0).run());
        assertThat(put.retryAfter()).contains(Duration.ofHours(2));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void signsPayloadsOverHttpOnlyWhereTold(boolean signPayload) {
        byte[] bytes = bytes(6 * MIB, 3);
        try (S3Client told = StorageClientFactory.create(
                wire.endpoint().toString(),
                "us-east-1",
                server.accessKey(),
                server.secretKey(),
                true,
                4,
                signPayload)) {
            Storage other = new Storage(told, "media");
            other.put(KEY, content(bytes, 1_000), description(sha256(bytes, 1_000)));
            String upload = other.createMultipart("kling/1/b.mp4", description(null));
            UploadedPart part = other.uploadPart("kling/1/b.mp4", upload, 1, bytes, bytes.length);
            other.complete("kling/1/b.mp4", upload, List.of(part), sha256(bytes, bytes.length));
            assertThat(other.head("kling/1/b.mp4").orElseThrow().size()).isEqualTo(bytes.length);
        }
        assertThat(wire.requests().stream().filter(r -> r.is("PUT", KEY) || r.is("PUT", "b.mp4?partNumber=")))
                .hasSize(2)
                .allSatisfy(r -> assertThat(r.header("x-amz-content-sha256"))
                        .matches(signPayload ? "[0-9a-f]{64}" : "UNSIGNED-PAYLOAD"));
    }

    @Test
    void refusesAnUnsignedPayloadUnderAWrongKey() {
        try (S3Client wrong = StorageClientFactory.create(
                wire.endpoint().toString(), "us-east-1", server.accessKey(), "x", true, 4)) {
            assertThatExceptionOfType(RetryableFailure.class)
                    .isThrownBy(() -> new Storage(wrong, "media").put(KEY, content(new byte[9], 9), description(null)))
                    .withMessageContaining("403");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:9000, true",
        "http://localhost, true",
        "http://[::1]:1, true",
        "https://127.0.0.1, true",
        "http://127.0.0.1.example.com, false",
        "http://10.0.0.1:9000, false",
        "http://localhost.example.com, false"
    })
    void takesAnAddressOfThisMachineForLoopback(String endpoint, boolean loopback) {
        assertThat(StorageClientFactory.isLoopback(endpoint)).isEqualTo(loopback);
    }

    @Test
    void aStorageThatIsDownCanBeRetried() throws Exception {
        storage.conditionalWritesHonoured();
        server.close();
        wire.close();
        // Bound, but not listening: nobody else can take the port and answer there.
        try (Socket refusing = new Socket()) {
            refusing.setReuseAddress(true);
            Awaitility.await("the port, while connections of the wire still end")
                    .ignoreExceptionsInstanceOf(BindException.class)
                    .untilAsserted(() -> refusing.bind(
                            new InetSocketAddress("127.0.0.1", wire.endpoint().getPort())));
            assertThat(retryable(() -> storage.put(KEY, content(bytes(10, 1), 10), description(null))))
                    .hasMessage("storing " + KEY + ": no answer (ConnectException)");
            retryable(() -> storage.head(KEY));
        }
    }

    @Test
    void leavesObjectsAsTheyAreWhereSelfCopiesAreOff() {
        byte[] bytes = bytes(6 * MIB, 4);
        Storage plain = new Storage(client, new StorageSite("", "media", "us-east-1", true, true), LateChecksum.NONE);
        String upload = plain.createMultipart(KEY, description(null));
        UploadedPart part = plain.uploadPart(KEY, upload, 1, bytes, bytes.length);
        plain.complete(KEY, upload, List.of(part), sha256(bytes, bytes.length));
        assertThat(plain.describe(KEY, description(sha256(bytes, bytes.length))))
                .isFalse();
        assertThat(plain.head(KEY).orElseThrow().metadata()).doesNotContainKey("sha256");
        assertThat(wire.requests()).noneMatch(r -> r.header("x-amz-copy-source") != null);
    }

    @Test
    void refusesForeignKeys() {
        try (S3Client foreign = client(server.endpoint().toString(), server.accessKey(), "wrong")) {
            assertThat(retryable(() -> new Storage(foreign, "media").checkBucket(true)))
                    .hasMessage("checking the bucket: status 403");
        }
    }

    @Test
    void aBucketThatIsNotOursIsNotCreated() {
        assertThat(retryable(() -> new Storage(client, "elsewhere").checkBucket(false)))
                .hasMessage("checking the bucket: status 404 NoSuchBucket");
    }

    @Test
    void leavingAReadEarlyDoesNotReadTheRest() throws Exception {
        byte[] bytes = bytes(64 * MIB, 1);
        storage.put(KEY, content(bytes, bytes.length), description(null));
        try (S3Client single = StorageClientFactory.create(
                server.endpoint().toString(), "us-east-1", server.accessKey(), server.secretKey(), true, 1)) {
            Storage one = new Storage(single, "media");
            for (int i = 0; i < 50; i++) {
                try (InputStream in = one.read(KEY)) {
                    assertThat(in.readNBytes(10)).hasSize(10);
                }
            }
        }
    }

    private void once(Predicate<Request> when, Fault fault) {
        AtomicInteger times = new AtomicInteger();
        wire.rule(r -> when.test(r) && times.getAndIncrement() == 0 ? fault : Fault.NONE);
    }

    private long puts() {
        return wire.requests().stream().filter(r -> r.is("PUT", KEY)).count();
    }

    private long copies() {
        return wire.requests().stream()
                .filter(r -> r.header("x-amz-copy-source") != null)
                .count();
    }

    private byte[] read() {
        try (InputStream in = storage.read(KEY)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RetryableFailure retryable(Runnable operation) {
        return retryable("storage", operation);
    }

    private static RetryableFailure retryable(String reason, Runnable operation) {
        RetryableFailure failure = catchThrowableOfType(RetryableFailure.class, operation::run);
        assertThat(failure).isNotNull();
        assertThat(failure.reason()).isEqualTo(reason);
        return failure;
    }

    private static void conflict(Runnable operation) {
        assertThatExceptionOfType(FinalFailure.class)
                .isThrownBy(operation::run)
                .satisfies(f -> assertThat(f.reason()).isEqualTo("object_conflict"));
    }

    private static ObjectDescription description(Checksum checksum) {
        return ObjectDescription.of("video/mp4", "kling", "1", "a", checksum);
    }

    private static S3Client client(String endpoint, String accessKey, String secretKey) {
        return StorageClientFactory.create(endpoint, "us-east-1", accessKey, secretKey, true, 4);
    }

    private static String error(String code) {
        return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>m</Message></Error>";
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static List<ByteBuffer> content(byte[] bytes, int length) {
        return List.of(ByteBuffer.wrap(bytes, 0, length));
    }

    private static Checksum sha256(byte[] bytes, int length) {
        return new Checksum(SHA256, Digests.sha256(Arrays.copyOf(bytes, length)));
    }
}
