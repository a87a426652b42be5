package io.mediakeep.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.storage.EmbeddedStorage;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StorageClientFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** What goes through a proxy, and what does not. */
class ProxyIT {
    private static final String TOKEN = "suno-token-0123456789";
    private static final String PASSWORD = "proxy-p@ss-word";

    @TempDir
    private Path directory;

    private final FakeSuno suno = new FakeSuno("key");
    private final FakeOrigin origin = new FakeOrigin();

    @AfterEach
    void stop() {
        suno.close();
        origin.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theProxyOfTheSettingsIsForApisAndAStorageElsewhereAndForMediaWhereToldSo(boolean media) throws Exception {
        try (RecordingProxy proxy = new RecordingProxy("user:" + PASSWORD);
                EmbeddedStorage bucket = new EmbeddedStorage(directory.resolve("bucket"), 0);
                S3Client s3 = StorageClientFactory.create(
                        bucket.endpoint().toString(), "us-east-1", bucket.accessKey(), bucket.secretKey(), true, 2);
                RunningMediakeep app = new RunningMediakeep(new OffsetClock())
                        .provider("suno", suno, TOKEN)
                        .set("mediakeep.suno.api-url", elsewhere("api.suno.test", suno.url()))
                        .set("mediakeep.suno.api-key", "key")
                        // One call a read: this proxy closes its connections without a word.
                        .set("mediakeep.suno.products", "mp4")
                        .storage(elsewhere("s3.test", bucket.endpoint().toString()), bucket)
                        .set("mediakeep.proxy.url", "http://user:proxy-p%40ss-word@127.0.0.1:" + proxy.port())
                        .set("mediakeep.proxy.media", Boolean.toString(media))) {
            new Storage(s3, "media").checkBucket(true);
            app.start();
            String url = origin.put("v", Media.mp4(1, 20_000));
            suno.putVideo("t", FakeSuno.video("t", "SUCCESS", media ? elsewhere("cdn.test", url) : url, null));
            app.api("POST", "/api/tasks/suno", "{\"taskId\":\"t\"}");
            app.awaitStored("suno", "t", 1);

            assertThat(proxy.requests()).anyMatch(line -> line.startsWith("GET http://api.suno.test:"));
            assertThat(proxy.requests())
                    .anyMatch(line -> line.startsWith("PUT http://s3.test:") && line.contains("/media/suno/t/"));
            assertThat(proxy.requests().stream().anyMatch(line -> line.contains("cdn.test")))
                    .isEqualTo(media);
            assertThat(proxy.requests()).noneMatch(line -> line.contains("127.0.0.1"));
            assertThat(String.join("\n", app.log.lines())).doesNotContain(PASSWORD, "proxy-p%40ss-word");
        }
    }

    @Test
    void noProxyOfTheEnvironmentOrOfSystemPropertiesIsFollowed() throws Exception {
        try (RecordingProxy proxy = new RecordingProxy(null);
                MediakeepProcess app = new MediakeepProcess(directory, "200m")) {
            String url = "http://127.0.0.1:" + proxy.port();
            for (String name : new String[] {"http_proxy", "https_proxy", "all_proxy"}) {
                app.variable(name, url).variable(name.toUpperCase(java.util.Locale.ROOT), url);
            }
            for (String scheme : new String[] {"http", "https"}) {
                app.jvm("-D" + scheme + ".proxyHost=127.0.0.1").jvm("-D" + scheme + ".proxyPort=" + proxy.port());
            }
            app.jvm("-Dhttp.nonProxyHosts=nowhere.test")
                    .set("mediakeep.suno.enabled", "true")
                    .set("mediakeep.suno.api-url", suno.url())
                    .set("mediakeep.suno.api-key", "key")
                    .set("mediakeep.suno.callback-token", TOKEN)
                    .set("mediakeep.suno.media-hosts", "*")
                    .start();
            suno.putVideo("t", FakeSuno.video("t", "SUCCESS", origin.put("v", Media.mp4(1, 20_000)), null));
            app.post("/api/tasks/suno", "{\"taskId\":\"t\"}");
            org.awaitility.Awaitility.await("stored")
                    .atMost(RunningMediakeep.PATIENCE.multipliedBy(3))
                    .until(() ->
                            app.get("/api/media?state=stored").path("items").size() == 1);

            assertThat(proxy.requests()).isEmpty();
        }
    }

    private static String elsewhere(String host, String url) throws IOException {
        URI uri = URI.create(url);
        return "http://" + host + ":" + uri.getPort() + uri.getRawPath();
    }
}
