package io.mediakeep.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlExpiryTest {
    private static final String BASE = "https://media.example.test/vidu/video.mp4?";

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20250623T081805Z&X-Amz-Expires=86400, 2025-06-24T08:18:05Z",
        "x-amz-expires=60&x-amz-date=20250623T081805Z#X-Amz-Expires=1, 2025-06-23T08:19:05Z",
        "X%2DAmz%2DDate=20250623T081805%5A&X-Amz-Expires=8640%30, 2025-06-24T08:18:05Z",
        "X-Tos-Date=20250623T081805Z&X-Tos-Expires=3600, 2025-06-23T09:18:05Z",
        "X-Goog-Date=20250623T081805Z&X-Goog-Expires=3600, 2025-06-23T09:18:05Z",
        "x-oss-date=20250623T081805Z&x-oss-expires=3600, 2025-06-23T09:18:05Z",
        "x-oss-signature-version=OSS2&x-oss-expires=1785901922, 2026-08-05T03:52:02Z",
        "OSSAccessKeyId=k&Expires=1785901922&Signature=a%2Bb, 2026-08-05T03:52:02Z",
        "Expires=1785901922&Key-Pair-Id=K&Signature=s, 2026-08-05T03:52:02Z",
        "sv=2024-11-04&se=2026-11-22T08%3A02%3A11Z&sig=s, 2026-11-22T08:02:11Z",
        "se=2026-11-22T08:02Z&sig=s, 2026-11-22T08:02:00Z",
        "se=2026-11-22&sig=s, 2026-11-22T00:00:00Z",
        "Expires=1785901922&Expires=1785901922, 2026-08-05T03:52:02Z",
        "Expires=1785901922&X-Amz-Date=20250623T081805Z&X-Amz-Expires=60, 2025-06-23T08:19:05Z",
        "response-content-disposition=attachment%253A%zz&Expires=1785901922, 2026-08-05T03:52:02Z"
    })
    void readsExpiry(String query, Instant expiry) {
        assertThat(UrlExpiry.of(BASE + query)).hasValue(expiry);
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "?",
                "?&&=&",
                "no url",
                "https://media.example.test/Expires=1785901922",
                "https://media.example.test/a#?Expires=1785901922",
                BASE + "X-Amz-Expires=86400",
                BASE + "X-Amz-Date=20250623T081805Z",
                BASE + "X-Amz-Date=20250230T081805Z&X-Amz-Expires=60",
                BASE + "X-Amz-Date=20250623T081805Z&X-Amz-Expires=0",
                BASE + "X-Amz-Date=20250623T081805Z&X-Amz-Expires=-60",
                BASE + "X-Amz-Date=20250623T081805Z&X-Amz-Expires=999999999999",
                BASE + "X-Amz-Date=20250623T081805Z&X-Goog-Expires=60",
                BASE + "x-oss-date=nonsense&x-oss-expires=1785901922",
                BASE + "Expires=1785901922&expires=1785901923",
                BASE + "Expires=17859019220000000000000",
                BASE + "Expires=3600",
                BASE + "Expires=%zz",
                BASE + "Expires",
                BASE + "exp=1785901922&e=1785901922",
                BASE + "se=tomorrow",
                BASE + "se=2026-11-22T08:02:11"
            })
    void isEmptyWithoutCredibleExpiry(String url) {
        assertThat(UrlExpiry.of(url)).isEmpty();
    }
}
