package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.mediakeep.digest.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Copies from nginx, in a process with a heap of 256 MiB; skipped where nginx is not installed. */
class NginxOriginIT {
    private static final String TOKEN = "0123456789abcdef";
    private static final long LARGE = (2L << 30) + 1;
    /** Of {@link #movie}; to compute it takes as long as the test. */
    private static final String SHA256_OF_LARGE = "a03781239404e24ea681b1f38cc9ceb0960b7858594bd5a09839ba8e899d4088";

    /** Not in memory: that has no room for the largest. */
    @TempDir(factory = TempDirFactory.Standard.class)
    private static Path directory;

    private static Path files;
    private static Nginx nginx;
    private static FakeSuno suno;
    private static MediakeepProcess mediakeep;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Nginx.isInstalled(), "nginx is not installed");
        directory.toFile().setExecutable(true, false);
        directory.toFile().setReadable(true, false);
        files = Files.createDirectory(directory.resolve("files"));
        nginx = new Nginx(files, Files.createDirectory(directory.resolve("nginx")));
        suno = new FakeSuno("key");
        mediakeep = new MediakeepProcess(Files.createDirectory(directory.resolve("app")), "256m")
                .jvm("-XX:TieredStopAtLevel=4") // the other compiler is the one that knows SHA-256
                .set("mediakeep.suno.enabled", "true")
                .set("mediakeep.suno.callback-token", TOKEN)
                .set("mediakeep.suno.api-url", suno.url())
                .set("mediakeep.suno.api-key", "key")
                .set("mediakeep.suno.media-hosts", "*")
                .start();
    }

    @AfterAll
    static void stop() {
        if (mediakeep != null) {
            mediakeep.close();
            suno.close();
            nginx.close();
        }
    }

    /** 8 MiB is a part: the sizes around it take the single request, the exact part, and the multipart upload. */
    @ParameterizedTest
    @CsvSource({
        "length,/,64",
        "length,/,5000000",
        "length,/,8388607",
        "length,/,8388608",
        "length,/,8388609",
        "length,/,16777216",
        "length,/,70000001",
        "chunked,/chunked/,64",
        "chunked,/chunked/,8388608",
        "chunked,/chunked/,70000001",
        "redirect,/moved/,5000000"
    })
    void storesWhatNginxServes(String how, String path, long size) throws Exception {
        String id = how + "-" + size;
        movie(id + ".mp4", size);
        JsonNode media = stored(id, nginx.url(path + id + ".mp4"), Duration.ofSeconds(60));
        assertThat(media.path("size").asLong()).isEqualTo(size);
        assertThat(media.path("sha256").asText()).isEqualTo(sha256(files.resolve(id + ".mp4")));
        assertThat(media.path("contentType").asText()).isEqualTo("video/mp4");
        assertThat(sha256(mediakeep.bucket().resolve(media.path("objectKey").asText())))
                .isEqualTo(media.path("sha256").asText());
    }

    @Test
    void storesMoreBytesThanAnIntCountsWithAHeapOf256MiB() throws Exception {
        movie("large.mp4", LARGE);
        JsonNode media = stored("large", nginx.url("/large.mp4"), Duration.ofMinutes(8));
        assertThat(media.path("size").asLong()).isEqualTo(LARGE);
        assertThat(media.path("sha256").asText()).isEqualTo(SHA256_OF_LARGE);
        Files.delete(files.resolve("large.mp4"));
        Files.delete(mediakeep.bucket().resolve(media.path("objectKey").asText()));
    }

    @Test
    void neverStoresAnEmptyFileOrAPage() throws Exception {
        Files.createFile(files.resolve("empty.mp4"));
        Files.writeString(files.resolve("page.mp4"), "<!DOCTYPE html><html><body>expired</body></html>");
        assertThat(failed("empty", nginx.url("/empty.mp4"))).isEqualTo("resp_length");
        assertThat(failed("page", nginx.url("/page.mp4"))).isEqualTo("resp_type");
        assertThat(failed("round", nginx.url("/round/a.mp4"))).isEqualTo("url_redirect");
    }

    private static JsonNode stored(String id, String url, Duration limit) {
        return media(id, url, limit, "stored");
    }

    private static String failed(String id, String url) {
        suno.putVideo(id, FakeSuno.video(id, "SUCCESS", url, null));
        mediakeep.post("/api/tasks/suno", "{\"taskId\":\"" + id + "\"}");
        JsonNode media = Awaitility.await(id)
                .atMost(Duration.ofMinutes(3))
                .until(
                        () -> mediakeep
                                .get("/api/tasks/suno/" + id)
                                .path("media")
                                .path(0),
                        m -> m.path("attempts").asInt() + m.path("refusals").asInt() > 0
                                && m.has("reason")
                                && !m.path("reason").isNull());
        assertThat(media.path("state").asText()).isNotEqualTo("stored");
        return media.path("reason").asText();
    }

    private static JsonNode media(String id, String url, Duration limit, String state) {
        suno.putVideo(id, FakeSuno.video(id, "SUCCESS", url, null));
        assertThat(mediakeep
                        .post("/api/tasks/suno", "{\"taskId\":\"" + id + "\"}")
                        .statusCode())
                .isEqualTo(202);
        return Awaitility.await(id)
                .atMost(limit)
                .pollInterval(Duration.ofMillis(200))
                .until(
                        () -> mediakeep
                                .get("/api/tasks/suno/" + id)
                                .path("media")
                                .path(0),
                        m -> m.path("state").asText().equals(state));
    }

    /** The boxes of an MP4 of any size, with nothing in them. */
    private static void movie(String name, long size) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(files.resolve(name).toFile(), "rw")) {
            file.setLength(size);
            file.write(ByteBuffer.allocate(44)
                    .putInt(20)
                    .put("ftypisom".getBytes(StandardCharsets.US_ASCII))
                    .putInt(512)
                    .put("isom".getBytes(StandardCharsets.US_ASCII))
                    .putInt(8)
                    .put("moov".getBytes(StandardCharsets.US_ASCII))
                    .putInt(1)
                    .put("mdat".getBytes(StandardCharsets.US_ASCII))
                    .putLong(size - 28)
                    .array());
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = Digests.newSha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
