package io.mediakeep.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
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

    /** Each row names the page of the vendor that has the form. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                // cloud.tencent.com/document/product/436/35651: presigned URL of COS, start;end
                "/a.mp4?q-sign-algorithm=sha1&q-sign-time=1795000000%3B1795003600&q-key-time=1795000000;1795003600 | 1795003600",
                "/a.mp4?Q-Key-Time=1795000000%3B1795003500&Q-Sign-Time=1795000000%3B1795003600 | 1795003500",
                // help.aliyun.com/en/cdn/user-guide/url-signing-examples: types A, B and C; B in UTC+8
                "/a.mp4?auth_key=1795003600-0-0-0123 | 1795003600",
                "/a.mp4?AUTH_KEY=1795003600-477b3bbc253f467b8def6711128c7bec-0-0123&x=1 | 1795003600",
                "/202611182007/0123456789abcdef0123456789abcdef/a.mp4 | 1795003620",
                "/0123456789abcdef0123456789abcdef/6afdc0d0/a.mp4 | 1795014864",
                // tencentcloud.com/document/product/228/35222, 35223, 35224, 35225: types A to D
                "/a.mp4?sign=1795003600-rand0-0-0123456789abcdef0123456789abcdef | 1795003600",
                "/a.mp4?sign=0123456789abcdef0123456789abcdef&t=1795003600 | 1795003600",
                "/a.mp4?t=6AFDC0D0&sign=0123456789abcdef0123456789abcdef | 1795014864",
                // cloud.tencent.com/document/product/266/14047: key hotlink protection of VOD, hexadecimal t
                "/a.mp4?t=6afdc0d0&exper=0&us=72d4cd1101&sign=0123 | 1795014864",
                // tencentcloud.com/document/product/1145/62475: EdgeOne, method A
                "/a.mp4?token=1795003600-rand-0-0123 | 1795003600",
                // support.huaweicloud.com/en-us/usermanual-cdn: methods A, B and C2
                "/20261118200700/0123456789abcdef0123456789abcdef/a.mp4 | 1795003620",
                "/a.mp4?auth_key=0123456789abcdef&timestamp=6afdc0d0 | 1795014864",
                // support.huaweicloud.com/en-us/api-obs/obs_04_0011.html: Expires of OBS; V4 with a date
                "/a.mp4?AccessKeyId=a&Expires=1795003600&Signature=s | 1795003600",
                "/a.mp4?X-Obs-Expires=3600&X-Obs-Date=20261118T110640Z | 1795003600",
                // docs.byteplus.com/byteplus-cdn/docs/setting-url-authentication-1, and x-expires of its players
                "/a.mp4?x-signature=s&x-expires=1795003600 | 1795003600",
                // docs.aws.amazon.com/AmazonCloudFront, signed URL with a custom policy
                "/a.mp4?Policy=@policy&Signature=s&Key-Pair-Id=K | 1795003600",
                // github.com/akamai/edgeauth-token-java and rubydoc.info/gems/akamai-edge_auth
                "/a.mp4?hdnts=st=1795000000~exp=1795003600~acl=/*~hmac=0 | 1795003600",
                "/a.mp4?__token__=exp%3D1795003600~hmac%3D0 | 1795003600",
                // docs.bunny.net/docs/token-authentication, in the query and in the path
                "/a.mp4?token=HS256-x&token_path=%2F&expires=1795003600 | 1795003600",
                "/bcdn_token=x&expires=1795003600&token_path=%2Fv%2F/v/a.mp4 | 1795003600",
                // developers.cloudflare.com/waf/custom-rules/use-cases/configure-token-authentication
                "/a.mp4?verify=1795003600-IaLGSmELTvlhfd0 | 1795003600",
                // developer.qiniu.com/kodo/1202/download-token
                "/a.mp4?e=1795003600&token=ak:sig | 1795003600",
                // docs.dev.runwayml.com/assets/outputs: _jwt
                "/a.mp4?_jwt=@jwt | 1795003600",
                // Wangsu and live streams: time with its secret
                "/a.mp4?wsSecret=0123&wsTime=1795003600 | 1795003600",
                "/a.mp4?txSecret=0123&txTime=6afdc0d0 | 1795014864",
                // the earliest end counts, and one in the past stays
                "/a.mp4?auth_key=1795003600-0-0-0&Expires=1795000000 | 1795000000",
                "/a.mp4?Expires=1000000000 | 1000000000"
            })
    void readsTheFormsOfTheCloudsAndCdnsOfTheVendors(String rest, long end) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String jwt = "e30." + base64.encodeToString("{\"exp\":1795003600}".getBytes(StandardCharsets.UTF_8)) + ".s";
        String policy = Base64.getEncoder()
                .encodeToString(("{\"Statement\":[{\"Resource\":\"https://h/*?>~\",\"Condition\":{\"DateLessThan\":"
                                + "{\"AWS:EpochTime\":1795003600}}}]}")
                        .getBytes(StandardCharsets.UTF_8))
                .replace('+', '-')
                .replace('=', '_')
                .replace('/', '~');
        String url = "https://h.example.test" + rest.replace("@jwt", jwt).replace("@policy", policy);
        assertThat(UrlExpiry.of(url)).hasValue(Instant.ofEpochSecond(end));
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
                BASE + "t=1785901922&e=1785901922&timestamp=1785901922",
                BASE + "sign=1785901922",
                BASE + "auth_key=17859019220-0-0-0123",
                BASE + "q-sign-time=1785901922",
                BASE + "sign=0123&t=zzzzzzzz",
                BASE + "Policy=nonsense",
                BASE + "_jwt=a.b.c",
                BASE + "__token__=st=1785901922~acl=/*",
                "https://media.example.test/202613011533/0123456789abcdef0123456789abcdef/a.mp4",
                "https://media.example.test/1785901922/video/a.mp4",
                BASE + "se=tomorrow",
                BASE + "se=2026-11-22T08:02:11"
            })
    void isEmptyWithoutCredibleExpiry(String url) {
        assertThat(UrlExpiry.of(url)).isEmpty();
    }
}
