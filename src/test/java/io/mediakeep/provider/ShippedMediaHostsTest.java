package io.mediakeep.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.fetch.HostPatterns;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hosts that vendors' answers named are in the files of the providers, and names that only look like them are not. */
class ShippedMediaHostsTest {
    private static final Map<String, String> FACTS = ShippedFacts.read();

    @ParameterizedTest
    @CsvSource(textBlock = """
            suno,  musicfile.api.box,                 true
            suno,  musicfile.removeai.ai,             true
            suno,  tempfile.aiquickdraw.com,          true
            suno,  cdn1.suno.ai,                      true
            suno,  musicfile.api.box.example,         false
            suno,  evil-aiquickdraw.com,              false
            suno,  api.box,                           false
            kling, v1-fdl.kechuangai.com,             true
            kling, v4-kling.kechuangai.com,           true
            kling, p1.a.kwimgs.com,                   true
            kling, cdn.klingai.com,                   true
            kling, p1.b.kwimgs.com,                   false
            kling, kechuangai.com.example,            false
            vidu,  bucket.s3.cn-northwest-1.amazonaws.com.cn, true
            vidu,  bucket.oss-cn-beijing.aliyuncs.com, true
            vidu,  amazonaws.com.example,             false
            """)
    void areThoseOfTheVendors(String provider, String host, boolean named) {
        assertThat(HostPatterns.parse(FACTS.get("mediakeep." + provider + ".media-hosts"))
                        .matches(host))
                .isEqualTo(named);
    }

    @Test
    void areNamedByEveryProvider() {
        assertThat(FACTS).isNotEmpty();
        FACTS.keySet().stream()
                .filter(name -> name.endsWith(".enabled"))
                .map(name -> name.replace(".enabled", ".media-hosts"))
                .forEach(name -> assertThat(HostPatterns.parse(FACTS.get(name)).toList())
                        .as(name)
                        .isNotEmpty());
    }
}
