package io.mediakeep.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import io.mediakeep.storage.FaultyStorage.Fault;
import io.mediakeep.storage.FaultyStorage.Request;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** What the requests ask for that make objects, as they arrive. */
class ObjectPolicyTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-01T10:00:00.5Z"), ZoneOffset.UTC);
    private static final List<String> NAMES = List.of(
            "x-amz-server-side-encryption",
            "x-amz-server-side-encryption-aws-kms-key-id",
            "x-amz-acl",
            "x-amz-storage-class",
            "x-amz-tagging",
            "x-amz-object-lock-mode",
            "x-amz-object-lock-retain-until-date");

    private final Map<String, String> settings = new HashMap<>();
    private FaultyStorage wire;

    @BeforeEach
    void listen() throws IOException {
        wire = new FaultyStorage(URI.create("http://127.0.0.1:9"));
    }

    @AfterEach
    void close() throws Exception {
        wire.close();
    }

    @Test
    void asksForNothingOfItself() {
        assertThat(asked("kling"))
                .allSatisfy((request, headers) -> assertThat(headers).isEmpty());
        assertThat(policy().isEmpty()).isTrue();
        assertThat(policy().text()).isEmpty();
    }

    @Test
    void asksForWhatIsSetWhereverAnObjectIsMade() {
        settings.put("mediakeep.storage.encryption", "aws:kms");
        settings.put("mediakeep.storage.kms-key", "key-1");
        settings.put("mediakeep.storage.acl", "bucket-owner-full-control");
        settings.put("mediakeep.storage.storage-class", "STANDARD_IA");
        settings.put("mediakeep.storage.tags", "team=media + more, project=");
        settings.put("mediakeep.storage.lock", "governance 30d");

        Map<String, String> all = Map.of(
                "x-amz-server-side-encryption", "aws:kms",
                "x-amz-server-side-encryption-aws-kms-key-id", "key-1",
                "x-amz-acl", "bucket-owner-full-control");
        Map<String, String> result = new HashMap<>(all);
        result.put("x-amz-storage-class", "STANDARD_IA");
        result.put("x-amz-tagging", "team=media%20%2B%20more&project=");
        result.put("x-amz-object-lock-mode", "GOVERNANCE");
        result.put("x-amz-object-lock-retain-until-date", "2026-03-31T10:00:00Z");
        Map<String, String> copied = new HashMap<>(result);
        copied.remove("x-amz-tagging");
        assertThat(asked("kling"))
                .containsEntry("PUT /media/result", result)
                .containsEntry("POST /media/result?uploads", result)
                .containsEntry("PUT /media/copy", copied)
                .containsEntry("PUT /media/task.json", all)
                .containsEntry("PUT /media/result?partNumber=1&uploadId=u", Map.of())
                .containsEntry("GET /media/result", Map.of());
        assertThat(policy().text())
                .isEqualTo(
                        "server-side-encryption aws:kms, acl bucket-owner-full-control, storage-class STANDARD_IA, tagging"
                                + " team=media%20%2B%20more&project=, object-lock-mode GOVERNANCE for 30 days");
    }

    @Test
    void anAccountHasWishesOfItsOwn() {
        settings.put("mediakeep.storage.encryption", "AES256");
        settings.put("mediakeep.storage.tags", "team=media");
        settings.put("mediakeep.vidu.tags", "team=film");
        settings.put("mediakeep.vidu.kms-key", "key-2");

        assertThat(asked("kling").get("PUT /media/result"))
                .isEqualTo(Map.of("x-amz-server-side-encryption", "AES256", "x-amz-tagging", "team=media"));
        assertThat(asked("vidu").get("PUT /media/result"))
                .isEqualTo(Map.of(
                        "x-amz-server-side-encryption", "aws:kms",
                        "x-amz-server-side-encryption-aws-kms-key-id", "key-2",
                        "x-amz-tagging", "team=film"));
    }

    @Test
    void aRouteGoesFirst() {
        settings.put("mediakeep.storage.storage-class", "STANDARD_IA");
        try (S3Client client = client()) {
            client.putObject(
                    b -> b.bucket("media")
                            .key("result")
                            .metadata(metadata("kling"))
                            .storageClass("GLACIER_IR"),
                    RequestBody.fromString("x"));
        }
        assertThat(headers(wire.requests().get(0))).containsExactly(Map.entry("x-amz-storage-class", "GLACIER_IR"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mediakeep.storage.encryption    | AES-256                     | bucket, AES256, aws:kms
            mediakeep.storage.kms-key       | key-1                       | mediakeep.storage.encryption must be aws:kms where a key is set
            mediakeep.storage.acl           | everybody                   | public-read
            mediakeep.storage.storage-class | standard                    | a storage class such as STANDARD_IA
            mediakeep.kling.storage-class   | standard                    | mediakeep.kling.storage-class must be
            mediakeep.storage.lock          | 30d                         | governance 30d
            mediakeep.storage.lock          | governance soon             | mediakeep.storage.lock must be a duration
            mediakeep.storage.tags          | team                        | tags such as team=media
            mediakeep.storage.tags          | a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1,j=1 | at most 9 tags
            mediakeep.vidu.tags             | tëam=media                  | mediakeep.vidu.tags must be
            """)
    void saysWhatIsWrong(String name, String value, String said) {
        settings.put(name, value);
        assertThatThrownBy(this::policy).isInstanceOf(SettingException.class).hasMessageContaining(said);
    }

    private ObjectPolicy policy() {
        return new ObjectPolicy(
                new Settings(name -> Optional.ofNullable(settings.get(name))), List.of("kling", "vidu"), CLOCK);
    }

    private S3Client client() {
        wire.requests().clear();
        wire.rule(request -> request.is("POST", "uploads")
                ? Fault.status(
                        200,
                        "",
                        "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>")
                : Fault.status(
                        200,
                        "ETag: \"1\"\r\n",
                        request.head().contains("x-amz-copy-source") ? "<CopyObjectResult/>" : ""));
        return StorageClientFactory.create(
                wire.endpoint().toString(), "us-east-1", "a", "s", true, 2, false, Optional.empty(), List.of(policy()));
    }

    private static Map<String, String> metadata(String account) {
        return ObjectDescription.of("video/mp4", account, "t", "k", null).metadata();
    }

    /** By request. */
    private Map<String, Map<String, String>> asked(String account) {
        try (S3Client client = client()) {
            Storage storage = new Storage(client, "media");
            ObjectDescription result = ObjectDescription.of("video/mp4", account, "t", "k", null);
            storage.put("result", List.of(ByteBuffer.wrap(new byte[] {1})), result);
            storage.createMultipart("result", result);
            storage.uploadPart("result", "u", 1, new byte[] {1}, 1);
            client.copyObject(b -> b.sourceBucket("media")
                    .sourceKey("result")
                    .destinationBucket("media")
                    .destinationKey("copy")
                    .metadata(metadata(account)));
            client.putObject(b -> b.bucket("media").key("task.json"), RequestBody.fromString("{}"));
            client.getObjectAsBytes(b -> b.bucket("media").key("result"));
        }
        Map<String, Map<String, String>> asked = new TreeMap<>();
        wire.requests().forEach(request -> asked.put(request.line().replace(" HTTP/1.1", ""), headers(request)));
        return asked;
    }

    private static Map<String, String> headers(Request request) {
        Map<String, String> found = new HashMap<>();
        NAMES.forEach(name -> {
            if (request.header(name) != null) {
                found.put(name, request.header(name));
            }
        });
        return found;
    }
}
