package io.mediakeep.storage;

import static io.mediakeep.digest.Checksum.Algorithm.SHA256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mediakeep.digest.Checksum;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values as they may come from outside. */
class ObjectDescriptionTest {
    private static final Checksum SHA = new Checksum(SHA256, "ab".repeat(32));

    @Test
    void encodesAllButVisibleAscii() {
        var d = ObjectDescription.of("video/mp4", "kling", "Grüße 🎬 100%", "a\r\nx-amz-acl: public-read\0", SHA);
        assertThat(d.metadata())
                .containsEntry("task-id", "Gr%C3%BC%C3%9Fe%20%F0%9F%8E%AC%20100%25")
                .containsEntry("media-key", "a%0D%0Ax-amz-acl:%20public-read%00")
                .containsEntry("provider", "kling")
                .containsEntry("sha256", SHA.value());
    }

    @Test
    void leavesOutWhatExceedsTheLimitLeastImportantFirst() {
        var d = ObjectDescription.of("video/mp4", "kling", "t".repeat(3_000), "m".repeat(1_500), SHA);
        assertThat(d.metadata()).containsOnlyKeys("sha256", "provider", "media-key");
        var e = ObjectDescription.of("video/mp4", "kling", "t".repeat(1_000), "m".repeat(1_500), null);
        assertThat(e.metadata()).containsOnlyKeys("provider", "media-key");
        assertThat(e.checksum()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "video", "video/mp4\r\nx-amz-acl: public-read", "text/html; charset=utf-8", "a/b/c"})
    void refusesMalformedContentTypes(String type) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ObjectDescription(type, Map.of()));
    }
}
