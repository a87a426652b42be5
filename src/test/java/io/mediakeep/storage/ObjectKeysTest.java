package io.mediakeep.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids as they may come from outside, each with its number. */
class ObjectKeysTest {
    private static final String DEFAULT = "${provider}/${taskId}/${mediaKey}.${extension}";
    private final ObjectKeys keys = new ObjectKeys(DEFAULT);

    private static ObjectKeys.Names names(String taskId, String mediaKey) {
        return new ObjectKeys.Names("kling", taskId, mediaKey, "mp4", "main", LocalDate.of(2026, 11, 21), "video");
    }

    @Test
    void leavesOrdinaryIdsReadable() {
        assertThat(keys.object(names("T-1001", "video_1.a"))).isEqualTo("kling/T-1001/video_1.a.mp4");
        assertThat(keys.manifest("kling", "T-1001")).isEqualTo("kling/T-1001/task.json");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "C01|../../../../secret|=2E.=2F..=2F..=2F..=2Fsecret",
                "C06|${env:HOME}|=24=7Benv=3AHOME=7D",
                "C06|{{secret}}|=7B=7Bsecret=7D=7D",
                "C08|%2e%2e%2f1|=252e=252e=252f1",
                "H01|../../../secret|=2E.=2F..=2F..=2Fsecret",
                "H03|a/./b//c/|a=2F.=2Fb=2F=2Fc=2F",
                "H03|/lead|=2Flead",
                "H03|.|=2E",
                "H03|..|=2E=2E",
                "H04|Grüße 🎬|Gr=C3=BC=C3=9Fe=20=F0=9F=8E=AC",
                "H06|${header.x}|=24=7Bheader.x=7D",
                "H06|$simple{x}|=24simple=7Bx=7D",
                "escape|=41|=3D41",
            })
    void escapes(String row, String id, String encoded) {
        assertThat(keys.object(names(id, "v"))).isEqualTo("kling/" + encoded + "/v.mp4");
        assertThat(keys.object(names("1", id))).isEqualTo("kling/1/" + encoded + ".mp4");
        assertThat(keys.manifest("kling", id)).isEqualTo("kling/" + encoded + "/task.json");
    }

    @Test
    void escapesControlCharactersAndEmptyValues() {
        assertThat(keys.object(names("a\0b\r\n", ""))).isEqualTo("kling/a=00b=0D=0A/=.mp4");
    }

    @ParameterizedTest(name = "H02 {0} bytes")
    @ValueSource(ints = {120, 156, 157, 256, 1_100, 100_000})
    void keepsKeysShort(int length) {
        String a = keys.object(names("x".repeat(length) + "a", "é".repeat(length) + "a"));
        String b = keys.object(names("x".repeat(length) + "b", "é".repeat(length) + "b"));
        assertThat(a).isNotEqualTo(b).endsWith(".mp4").matches("[A-Za-z0-9._=/-]{1,1024}");
        assertThat(a.split("/")).allSatisfy(s -> assertThat(s).hasSizeLessThanOrEqualTo(160));
    }

    static List<String> templates() {
        return List.of(
                DEFAULT,
                "${provider}-${taskId}-${mediaKey}.${extension}",
                "${kind}/${createdDate}/${account}.${provider}/${mediaKey}_${taskId}",
                "media/${provider}/${taskId}/${mediaKey}");
    }

    @ParameterizedTest
    @MethodSource("templates")
    void neverGivesTwoResultsOneKey(String template) {
        ObjectKeys some = new ObjectKeys(template);
        List<String> ids = List.of(
                "a",
                "A",
                "a-b",
                "b-c",
                "c",
                "a-",
                "-b",
                "a_b",
                "b_c",
                "a.b",
                "a.mp4",
                "=",
                "=3D",
                "",
                ".",
                "..",
                "a=",
                "=2D",
                "task.json",
                "T-1001",
                "t-1001",
                "x".repeat(300),
                "x".repeat(301),
                "é",
                "e\u0301",
                "a/b",
                "a//b");
        Map<String, String> seen = new HashMap<>();
        for (String task : ids) {
            seen.put(some.manifest("kling", task), "manifest " + task);
            for (String media : ids) {
                String before = seen.put(some.object(names(task, media)), task + " " + media);
                assertThat(before).as("%s %s", task, media).isNull();
            }
        }
        assertThat(seen).hasSize(ids.size() * ids.size() + ids.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "${taskId}/${mediaKey}",
                "${provider}/${mediaKey}.${extension}",
                "${provider}/${taskId}.${extension}",
                "${provider}/${taskId}${mediaKey}",
                "${provider}/${taskId}x${mediaKey}",
                "/${provider}/${taskId}/${mediaKey}",
                "${provider}//${taskId}/${mediaKey}",
                "${provider}/${taskId}/${mediaKey}/",
                "../${provider}/${taskId}/${mediaKey}",
                ".mpus-/${provider}/${taskId}/${mediaKey}",
                "${provider}/${taskId}/${mediaKey}/${env:HOME}",
                "${provider}/${taskId}/${mediaKey}/${mediaKey}",
                "${provider}/${taskId}/${mediaKey}/{{secret}}",
                "${provider}/${taskId}/${mediaKey} x",
                "a/b/c/${provider}/${taskId}/${mediaKey}/${account}/${kind}/${createdDate}/${extension}",
            })
    void refusesTemplatesThatLoseObjects(String template) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ObjectKeys(template))
                .withMessageStartingWith("mediakeep.storage.key ")
                .withMessageNotContaining("env:");
    }

    @Test
    void fillsEveryPlaceholder() {
        ObjectKeys all =
                new ObjectKeys("${account}/${createdDate}/${kind}/${provider}/${taskId}/${mediaKey}.${extension}");
        assertThat(all.object(names("1", "2"))).isEqualTo("main/2026-11-21/video/kling/1/2.mp4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${provider}/${taskId}/${mediaKey}.${extension}",
                "a/${provider}_${taskId}/x-${mediaKey}.${extension}",
                "${account}/${createdDate}/${provider}/${kind}/${taskId}-${mediaKey}"
            })
    void readsTheKeysThatItMade(String template) {
        ObjectKeys keys = new ObjectKeys(template);
        for (String id : List.of("1", "a-b_c.d", "a/b c", "\u00fc", "task.json", ".", "=41")) {
            var names = new ObjectKeys.Names("kling", id, id + "k", "mp4", "me", LocalDate.of(2026, 1, 2), "video");
            assertThat(keys.read(keys.object(names))).as(id).hasValueSatisfying(read -> {
                assertThat(read.provider()).isEqualTo("kling");
                assertThat(read.taskId()).isEqualTo(id);
                assertThat(read.mediaKey()).isEqualTo(id + "k");
            });
            assertThat(keys.object(names)).startsWith(keys.prefix("kling"));
        }
    }

    /** Every character that ends a value, alone and together: each is quoted in its own way within a pattern. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "${kind}-${account}-${createdDate}/${provider}-${taskId}-${mediaKey}.${extension}",
                "${kind}_${account}_${createdDate}/${provider}_${taskId}_${mediaKey}.${extension}",
                "${kind}.${account}.${createdDate}/${provider}.${taskId}.${mediaKey}.${extension}",
                "${kind}-${account}_${createdDate}/${provider}-${taskId}_${mediaKey}.${extension}",
                "${kind}_${account}-${createdDate}/${provider}_${taskId}-${mediaKey}.${extension}",
                "${kind}.${account}/${createdDate}/${provider}-${taskId}_${mediaKey}.${extension}-x",
            })
    void readsEveryNameOfTheKeysThatItMade(String template) {
        ObjectKeys some = new ObjectKeys(template);
        for (String task : List.of("1", "a-b_c.d", "-", "_", ".", "\\E[^a]&&", "]", "^", "")) {
            assertThat(some.read(some.object(names(task, task + "k")))).contains(names(task, task + "k"));
        }
    }

    @Test
    void readsTheKeysOfTheDefault() {
        assertThat(keys.read("kling/T-1001/video_1.a.mp4"))
                .contains(new ObjectKeys.Names("kling", "T-1001", "video_1.a", "mp4", null, null, null));
        assertThat(keys.read(keys.object(names("../a b", "\u00fc=41"))))
                .contains(new ObjectKeys.Names("kling", "../a b", "\u00fc=41", "mp4", null, null, null));
        assertThat(keys.read(keys.manifest("kling", "T-1001"))).isEmpty();
    }

    @Test
    void readsNoKeyThatItDidNotMake() {
        ObjectKeys keys = new ObjectKeys("${provider}/${taskId}/${mediaKey}.${extension}");
        for (String key : List.of(
                "",
                "kling",
                "kling/1/a",
                "kling/1/2/a.mp4",
                "kling//a.mp4",
                "kling/1/a b.mp4",
                "kling/=6a/a.mp4",
                "kling/=4/a.mp4",
                "kling/1/a.MP4",
                "kling/.1/a.mp4")) {
            assertThat(keys.read(key)).as(key).isEmpty();
        }
        var shortened = new ObjectKeys.Names("kling", "x".repeat(200), "a", "mp4", null, null, null);
        assertThat(keys.read(keys.object(shortened))).isEmpty();
        assertThat(keys.prefix("kling")).isEqualTo("kling/");
        assertThat(new ObjectKeys("${account}/${provider}/${taskId}/${mediaKey}").prefix("kling"))
                .isEmpty();
    }
}
