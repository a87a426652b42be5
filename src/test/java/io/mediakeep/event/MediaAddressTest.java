package io.mediakeep.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaAddressTest {
    @ParameterizedTest
    @CsvSource({
        "https://h/a.mp4, https://h/a.mp4?x=2",
        "https://h/a.mp4, http://H/a.mp4#t",
        "https://h/a.mp4?X-Amz-Date=1&X-Amz-Signature=2, https://h/a.mp4?X-Amz-Signature=3&X-Amz-Date=4",
        "https://h/f?id=7&Expires=1&Signature=2, https://h/f?Signature=3&id=7&Expires=4",
        "https://h/f?id=7&auth_key=1-0-0-2, https://h/f?auth_key=3-0-0-4&id=7",
        "https://h/f?id=7&q-sign-time=1%3B2&q-ak=a, https://h/f?id=7&q-sign-time=3%3B4&q-ak=a",
        "https://h/f?id=7&se=2026&sig=x, https://h/f?id=7&sig=y&se=2027",
        "https://h/a.mp4?x-oss-process=video/snapshot&OSSAccessKeyId=1, https://h/a.mp4?x-oss-process=video/snapshot",
    })
    void isTheSameWhateverTheSignature(String one, String other) {
        assertThat(MediaAddress.of(one)).isEqualTo(MediaAddress.of(other)).matches("[0-9a-f]{32}");
    }

    @ParameterizedTest
    @CsvSource({
        "https://h/a.mp4, https://h/b.mp4",
        "https://h/a.mp4, https://other/a.mp4",
        "https://h/a.mp4, https://h/A.mp4",
        "https://h/content?index=0, https://h/content?index=1",
        "https://h/download.php?file=a.mp4, https://h/download.php?file=b.mp4",
        "https://h/a.mp4, https://h/a.mp4?x-oss-process=video/snapshot",
        "https://h/a.mp4, https://h:8443/a.mp4",
        "https://h?id=1, https://h?id=2",
    })
    void differsWhereAnotherFileIsNamed(String one, String other) {
        assertThat(MediaAddress.of(one)).isNotEqualTo(MediaAddress.of(other));
    }
}
