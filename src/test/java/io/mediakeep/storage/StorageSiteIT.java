package io.mediakeep.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mediakeep.failure.RetryableFailure;
import io.mediakeep.storage.FaultyStorage.Fault;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;

/** What an operator reads when the storage cannot be used: where it is, what it said, and the setting to look at. */
@Timeout(120)
class StorageSiteIT {
    private static final String SECRET = "do-not-say-this-secret";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | InvalidAccessKeyId             | mediakeep.storage.access-key is not known there",
                "403 | SignatureDoesNotMatch          | mediakeep.storage.secret-key is not the one",
                "404 | NoSuchBucket                   | mend mediakeep.storage.bucket",
                "403 | AccessDenied                   | mediakeep.storage.access-key has not all rights",
                "403 | RequestTimeTooSkewed           | the clock of this machine",
                "400 | ExpiredToken                   | the credentials are not valid any more",
                "400 | AuthorizationHeaderMalformed   | mediakeep.storage.region is us-east-1, but the bucket is in eu-west-3",
                "301 | PermanentRedirect              | mediakeep.storage.region is us-east-1, but the bucket is in eu-west-3",
                "403 | SecondLevelDomainForbidden     | mediakeep.storage.path-style = false",
                "507 | XMinioStorageFull              | the storage is full",
                "503 | SlowDown                       | trouble of its own",
                "502 |                                | trouble of its own",
                "403 |                                | mediakeep.storage.secret-key is wrong",
                "404 |                                | mediakeep.storage.endpoint is no S3 endpoint",
                "400 |                                | mediakeep.storage.endpoint may be no S3 endpoint"
            })
    void saysWhatARefusalMeans(int status, String code, String advice) throws Exception {
        try (EmbeddedStorage server = new EmbeddedStorage(directory, 0);
                FaultyStorage wire = new FaultyStorage(server.endpoint())) {
            String body = "<Error><Code>" + code + "</Code><Message>" + SECRET + "</Message></Error>";
            wire.rule(r -> Fault.status(
                    status, "x-amz-bucket-region: eu-west-3\r\n", r.is("HEAD", "") || code == null ? "" : body));

            assertThat(line(site(wire.endpoint().toString(), true), "access"))
                    .startsWith("bucket media at " + wire.endpoint() + " cannot be used: status " + status
                            + (code == null ? "" : " " + code) + ": ")
                    .contains(advice)
                    .doesNotContain(SECRET, "do-not-say");
        }
    }

    @Test
    void tellsABucketThatMayBeSeenButNotWritten() throws Exception {
        try (EmbeddedStorage server = new EmbeddedStorage(directory, 0);
                FaultyStorage wire = new FaultyStorage(server.endpoint());
                S3Client client = StorageClientFactory.create(
                        wire.endpoint().toString(), "us-east-1", server.accessKey(), server.secretKey(), true, 2)) {
            Storage storage = new Storage(client, site(wire.endpoint().toString(), true), LateChecksum.COPY);
            storage.checkBucket(true);
            wire.rule(r ->
                    r.is("PUT", "") ? Fault.status(403, "", "<Error><Code>AccessDenied</Code></Error>") : Fault.NONE);
            assertThat(catchThrowableOfType(RetryableFailure.class, storage::check))
                    .hasMessageContaining("status 403 AccessDenied: mediakeep.storage.access-key has not all rights");
            wire.rule(r -> Fault.NONE);
            storage.check();
        }
    }

    @Test
    void tellsTheCredentialsOfARealServerApart() {
        try (EmbeddedStorage server = new EmbeddedStorage(directory, 0)) {
            String endpoint = server.endpoint().toString();
            assertThat(line(site(endpoint, true), "nobody")).contains("InvalidAccessKeyId");
            assertThat(line(site(endpoint, true), server.accessKey()))
                    .contains("SignatureDoesNotMatch")
                    .doesNotContain(server.accessKey());
        }
    }

    @Test
    void tellsAnEndpointThatCannotBeReached() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            int port = silent.getLocalPort();
            silent.close();
            assertThat(line(site("http://127.0.0.1:" + port, true), "access"))
                    .contains(
                            "no answer (ConnectException): nothing that speaks S3 answers at mediakeep.storage.endpoint");
        }
        assertThat(line(site("http://storage.invalid:9000", true), "access"))
                .contains("the host of mediakeep.storage.endpoint is unknown");
        assertThat(line(site("http://storage.invalid:9000", false), "access"))
                .contains("set mediakeep.storage.path-style = true");
        try (EmbeddedStorage server = new EmbeddedStorage(directory, 0)) {
            URI https = URI.create("https://127.0.0.1:" + server.endpoint().getPort());
            assertThat(line(site(https.toString(), true), "access"))
                    .contains("mediakeep.storage.endpoint says https, but there is no TLS at that port");
        }
    }

    @Test
    void tellsThatThereAreNoCredentials() {
        SdkClientException none = SdkClientException.create(
                "Unable to load credentials from any of the providers in the chain AwsCredentialsProviderChain(...)");
        assertThat(new StorageSite("", "media", "eu-west-3", false, false).explain(none))
                .startsWith("bucket media at AWS S3, region eu-west-3 cannot be used: ")
                .contains("mediakeep.storage.access-key and mediakeep.storage.secret-key")
                .doesNotContain("AwsCredentialsProviderChain");
    }

    private static StorageSite site(String endpoint, boolean pathStyle) {
        return new StorageSite(endpoint, "media", "us-east-1", pathStyle, true);
    }

    private static String line(StorageSite site, String accessKey) {
        try (S3Client client =
                StorageClientFactory.create(site.endpoint(), site.region(), accessKey, SECRET, site.pathStyle(), 2)) {
            RetryableFailure failure = catchThrowableOfType(
                    RetryableFailure.class, () -> new Storage(client, site, LateChecksum.COPY).check());
            assertThat(failure.reason()).isEqualTo("storage");
            return failure.getMessage();
        }
    }
}
