package io.mediakeep.storage;

import static io.mediakeep.digest.Checksum.Algorithm.SHA256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mediakeep.digest.Checksum;
import io.mediakeep.digest.Digests;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.storage.FaultyStorage.Fault;
import io.mediakeep.storage.FaultyStorage.Kind;
import io.mediakeep.storage.FaultyStorage.Request;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** Storages that do not do all that AWS does, and what answers in the place of one. */
@Timeout(120)
class PeculiarStorageIT {
    private static final String KEY = "kling/1/a.mp4";

    @TempDir
    Path directory;

    private final byte[] bytes = new byte[1_000];
    private EmbeddedStorage server;
    private FaultyStorage wire;
    private S3Client client;
    private Storage storage;

    @BeforeEach
    void start() throws Exception {
        new Random(1).nextBytes(bytes);
        server = new EmbeddedStorage(directory, 0);
        wire = new FaultyStorage(server.endpoint());
        client = StorageClientFactory.create(
                wire.endpoint().toString(), "us-east-1", server.accessKey(), server.secretKey(), true, 4);
        storage = new Storage(client, "media");
        storage.checkBucket(true);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        wire.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "400, InvalidArgument",
        "400, NotImplemented",
        "501, NotImplemented",
        "405, MethodNotAllowed",
        "403, AccessDenied",
        "200, NotImplemented"
    })
    void completesWithoutAConditionWhereTheStorageTakesItOnlyForPuts(int status, String code) {
        wire.rule(r -> isCompletion(r) && isConditional(r) ? Fault.status(status, "", error(code)) : Fault.NONE);
        storage.check();
        int before = wire.requests().size();

        complete();
        assertThat(read()).isEqualTo(bytes);
        assertThat(wire.requests().subList(before, wire.requests().size()))
                .filteredOn(PeculiarStorageIT::isCompletion)
                .hasSize(1)
                .noneMatch(PeculiarStorageIT::isConditional);
        assertThat(storage.conditionalWritesHonoured()).isTrue();
        assertThat(directory.resolve("media/.mediakeep")).doesNotExist();
        assertThat(storage.listMultipartUploads("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"400, InvalidArgument", "501, NotImplemented", "403, AccessDenied", "200, NotImplemented"})
    void completesTheSameUploadWithoutAConditionWhereTheRefusalComesLater(int status, String code) {
        storage.check();
        wire.rule(r -> isCompletion(r) && isConditional(r) ? Fault.status(status, "", error(code)) : Fault.NONE);
        int before = wire.requests().size();

        complete();
        assertThat(read()).isEqualTo(bytes);
        List<Request> asked = wire.requests().subList(before, wire.requests().size());
        assertThat(asked).filteredOn(r -> r.is("PUT", "partNumber=")).hasSize(1);
        assertThat(asked).filteredOn(PeculiarStorageIT::isCompletion).hasSize(2);
        assertThat(asked).anyMatch(r -> r.is("HEAD", KEY));
    }

    @Test
    void storesWithoutAConditionWhereTheRefusalComesLater() {
        storage.check();
        wire.rule(r ->
                r.is("PUT", KEY) && isConditional(r) ? Fault.status(501, "", error("NotImplemented")) : Fault.NONE);

        put(bytes);
        assertThat(read()).isEqualTo(bytes);
        assertThat(storage.conditionalWritesHonoured()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRefusedConditionDoesNotReplaceWhatIsThere(boolean inParts) {
        storage.check();
        byte[] other = Arrays.copyOf(bytes, 999);
        put(other);
        wire.rule(r -> isConditional(r) ? Fault.status(400, "", error("InvalidArgument")) : Fault.NONE);

        FinalFailure conflict = catchThrowableOfType(FinalFailure.class, inParts ? this::complete : () -> put(bytes));
        assertThat(conflict.reason()).isEqualTo("object_conflict");
        assertThat(read()).isEqualTo(other);
    }

    @ParameterizedTest
    @CsvSource({"409, ConditionalRequestConflict", "400, InvalidPart", "400, EntityTooSmall"})
    void aCompletionThatCannotSucceedAnyMoreMakesRoomForANewUpload(int status, String code) {
        storage.check();
        wire.rule(r -> isCompletion(r) ? Fault.status(status, "", error(code)) : Fault.NONE);
        assertThat(failure(this::complete).reason()).isEqualTo("storage_refused");
        assertThat(storage.listMultipartUploads("")).isEmpty();

        wire.rule(r -> Fault.NONE);
        complete();
        assertThat(read()).isEqualTo(bytes);
    }

    @Test
    void aPutThatMetAnotherIsSentAgain() {
        storage.check();
        int[] times = {0};
        wire.rule(r -> r.is("PUT", KEY) && times[0]++ == 0
                ? Fault.status(409, "", error("ConditionalRequestConflict"))
                : Fault.NONE);

        put(bytes);
        assertThat(read()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<?xml version=\"1.0\"?>\n\n \n<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>",
                "\n \n<?xml version=\"1.0\"?><CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>"
            })
    void aCompletionThatWasKeptAliveWithBlanksIsDone(String answer) {
        storage.check();
        wire.rule(r -> isCompletion(r) ? Fault.afterwards(200, answer) : Fault.NONE);

        complete();
        assertThat(read()).isEqualTo(bytes);
    }

    @Test
    void partsThatCannotBeListedAndUploadsThatAreGoneAreNoTrouble() {
        wire.rule(r -> r.is("GET", "uploadId=") ? Fault.status(501, "", error("NotImplemented")) : Fault.NONE);
        assertThat(storage.listParts(KEY, "x")).isEmpty();
        wire.rule(r -> r.is("DELETE", "uploadId=") ? Fault.status(404, "", error("NoSuchUpload")) : Fault.NONE);
        storage.abort(KEY, "x");
    }

    @ParameterizedTest
    @CsvSource({
        "PutObject, PUT",
        "UploadPart, partNumber=",
        "CreateMultipartUpload, ?uploads",
        "CompleteMultipartUpload, POST",
        "HeadObject, HEAD"
    })
    void nothingIsBelievedThatIsNoAnswerOfS3(String operation, String request) {
        storage.check();
        put(Arrays.copyOf(bytes, 10), "kling/1/there.mp4");
        wire.rule(r ->
                r.line().contains(request) && r.line().contains("kling/1/") ? Fault.status(200, "", "") : Fault.NONE);

        Failure failure = switch (operation) {
            case "PutObject" -> failure(() -> put(bytes));
            case "HeadObject" -> failure(() -> storage.head("kling/1/there.mp4"));
            default -> failure(this::complete);
        };
        assertThat(failure.reason()).isEqualTo("storage");
        assertThat(failure).hasMessageEndingWith("the answer is not one of S3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html><body>Please log in</body></html>", "<!DOCTYPE html><p>Please<br>log in", "{}"})
    void aPageThatAnswersEverythingIsTroubleOfTheStorage(String page) {
        wire.rule(r -> Fault.status(200, "", r.is("HEAD", "") ? "" : page));

        List<Runnable> operations = List.of(
                storage::check,
                storage::checkWrite,
                () -> put(bytes),
                () -> storage.head(KEY),
                this::complete,
                () -> storage.listParts(KEY, "x"),
                () -> storage.pages().iterator().next());
        for (Runnable operation : operations) {
            assertThat(failure(operation).reason()).isEqualTo("storage");
        }
        assertThat(failure(storage::check)).hasMessageContaining("mediakeep.storage.endpoint");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherSizeThanWasJustStoredIsTroubleOfTheStorage(boolean alsoByGet) {
        storage.check();
        put(bytes);
        wire.rule(r -> r.is("HEAD", KEY) || alsoByGet && r.is("GET", KEY)
                ? new Fault(
                        Kind.ANSWER,
                        "HTTP/1.1 200 X\r\nETag: \"1\"\r\nContent-Length: 7\r\nConnection: close\r\n\r\n"
                                + (r.is("GET", KEY) ? "another" : ""))
                : Fault.NONE);

        for (int attempt = 0; attempt < 3; attempt++) {
            assertThat(failure(() -> put(bytes)).reason()).isEqualTo("storage");
        }
        wire.rule(r -> Fault.NONE);
        put(bytes);
        assertThat(read()).isEqualTo(bytes);
    }

    @Test
    void anotherObjectThatWasThereBeforeIsAConflictSeenInTwoWays() {
        storage.check();
        new Storage(client, "media").put(KEY, List.of(ByteBuffer.wrap(bytes, 0, 7)), description(null));
        int before = wire.requests().size();

        FinalFailure conflict = catchThrowableOfType(FinalFailure.class, () -> put(bytes));
        assertThat(conflict.reason()).isEqualTo("object_conflict");
        assertThat(wire.requests().subList(before, wire.requests().size()))
                .extracting(r -> r.line().substring(0, 4).strip())
                .containsExactly("PUT", "HEAD", "GET");
    }

    private static boolean isCompletion(Request request) {
        return request.is("POST", "uploadId=");
    }

    private static boolean isConditional(Request request) {
        return request.header("if-none-match") != null;
    }

    @Test
    void aStorageWithoutTagsIsAskedOnceAndThenLeftAlone() {
        Storage tagging = tagging();
        tagging.check();
        int before = wire.requests().size();

        complete(tagging);
        assertThat(tagging.describe(KEY, description(sha256(bytes)))).isFalse();
        assertThat(tagging.checksum(tagging.head(KEY).orElseThrow())).isEmpty();
        assertThat(wire.requests().subList(before, wire.requests().size()))
                .noneMatch(r -> r.is("", "tagging") || r.header("x-amz-copy-source") != null);
        assertThat(directory.resolve("media/.mediakeep")).doesNotExist();
    }

    @Test
    void aTagWithTheChecksumStandsBesideThoseOfOthers() {
        KeptTags tags = new KeptTags();
        wire.rule(tags);
        Storage tagging = tagging();
        tagging.check();
        complete(tagging);
        tags.put("media", KEY, "scanned", "clean");

        assertThat(tagging.describe(KEY, description(sha256(bytes)))).isTrue();
        assertThat(tagging.checksum(tagging.head(KEY).orElseThrow())).contains(sha256(bytes));
        assertThat(tags.of("media", KEY))
                .contains("scanned", "clean", sha256(bytes).value());
        assertThat(wire.requests()).noneMatch(r -> r.header("x-amz-copy-source") != null);
    }

    @ParameterizedTest
    @CsvSource({"403, AccessDenied", "501, NotImplemented"})
    void theFirstRefusalOfATagIsTheLast(int status, String code) {
        KeptTags tags = new KeptTags();
        wire.rule(tags);
        Storage tagging = tagging();
        tagging.check();
        complete(tagging);
        wire.rule(r -> r.is("PUT", "tagging") ? Fault.status(status, "", error(code)) : tags.apply(r));
        assertThat(tagging.describe(KEY, description(sha256(bytes)))).isFalse();
        int before = wire.requests().size();

        assertThat(tagging.describe(KEY, description(sha256(bytes)))).isFalse();
        assertThat(wire.requests()).hasSize(before);
    }

    @Test
    void troubleWithOneTagIsNoTroubleOfTheCopyAndTheNextIsTried() {
        KeptTags tags = new KeptTags();
        wire.rule(tags);
        Storage tagging = tagging();
        tagging.check();
        complete(tagging);
        wire.rule(r -> r.is("PUT", "tagging") ? Fault.status(503, "", error("SlowDown")) : tags.apply(r));
        assertThat(tagging.describe(KEY, description(sha256(bytes)))).isFalse();

        wire.rule(tags);
        assertThat(tagging.describe(KEY, description(sha256(bytes)))).isTrue();
    }

    @Test
    void theCrcOfAnObjectIsLeftOutWhereTheStorageDoesNotKnowIt() {
        storage.check();
        wire.rule(r -> r.header("x-amz-checksum-crc32c") != null
                ? Fault.status(501, "", error("NotImplemented"))
                : Fault.NONE);
        int before = wire.requests().size();
        put(bytes);
        put(bytes, "kling/1/b.mp4");
        assertThat(wire.requests().subList(before, wire.requests().size()))
                .filteredOn(r -> r.header("x-amz-checksum-crc32c") != null)
                .hasSize(1);
        assertThat(read()).isEqualTo(bytes);
    }

    @Test
    void bytesThatDoNotFitTheirCrcAreNotSentWithoutIt() {
        storage.check();
        wire.rule(r ->
                r.header("x-amz-checksum-crc32c") != null ? Fault.status(400, "", error("BadDigest")) : Fault.NONE);

        assertThat(failure(() -> put(bytes)).reason()).isEqualTo("storage_refused");
        assertThat(storage.head(KEY)).isEmpty();
    }

    @Test
    void aStorageThatBreaksOverWhatItDoesNotKnowIsUsedWithout() {
        wire.rule(r -> r.is("", "tagging") || r.header("x-amz-checksum-algorithm") != null
                ? Fault.status(500, "", error("InternalError"))
                : Fault.NONE);
        Storage tagging = tagging();
        tagging.check();

        complete(tagging);
        assertThat(read()).isEqualTo(bytes);
        assertThat(tagging.describe(KEY, description(sha256(bytes)))).isFalse();
    }

    @Test
    void theSizeOfAnUploadIsSentWhereTheStorageTakesIt() {
        wire.rule(r -> r.header("x-amz-mp-object-size") == null
                ? Fault.NONE
                : Fault.status(
                        200, "", "<CompleteMultipartUploadResult><ETag>\"1\"</ETag></CompleteMultipartUploadResult>"));
        storage.check();
        int before = wire.requests().size();

        complete();
        assertThat(wire.requests().subList(before, wire.requests().size()))
                .filteredOn(PeculiarStorageIT::isCompletion)
                .hasSize(1)
                .allMatch(r -> "1000".equals(r.header("x-amz-mp-object-size")));
    }

    private Storage tagging() {
        return new Storage(client, new StorageSite("", "media", "us-east-1", true, true), LateChecksum.AUTO);
    }

    private void complete(Storage to) {
        String id = to.createMultipart(KEY, description(null));
        UploadedPart part = to.uploadPart(KEY, id, 1, bytes, bytes.length);
        to.complete(KEY, id, List.of(part), sha256(bytes));
    }

    private static Failure failure(Runnable operation) {
        RetryableFailure failure = catchThrowableOfType(RetryableFailure.class, operation::run);
        assertThat(failure).isNotNull();
        return failure;
    }

    private void put(byte[] content) {
        put(content, KEY);
    }

    private void put(byte[] content, String key) {
        storage.put(key, List.of(ByteBuffer.wrap(content)), description(sha256(content)));
    }

    private void complete() {
        String id = storage.createMultipart(KEY, description(null));
        UploadedPart part = storage.uploadPart(KEY, id, 1, bytes, bytes.length);
        storage.complete(KEY, id, List.of(part), sha256(bytes));
    }

    private byte[] read() {
        return client.getObjectAsBytes(b -> b.bucket("media").key(KEY)).asByteArray();
    }

    private static ObjectDescription description(Checksum checksum) {
        return ObjectDescription.of("video/mp4", "kling", "1", "a", checksum);
    }

    private static Checksum sha256(byte[] content) {
        return new Checksum(SHA256, Digests.sha256(content));
    }

    private static String error(String code) {
        return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>m</Message></Error>";
    }
}
