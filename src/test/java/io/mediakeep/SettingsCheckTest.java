package io.mediakeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.provider.ShippedFacts;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each key of the shipped properties files is read before anything is opened, and no wrong value gets past the start. */
class SettingsCheckTest {
    private static final List<String> PROVIDERS = ShippedFacts.read().keySet().stream()
            .filter(key -> key.endsWith(".enabled"))
            .map(key -> key.split("\\.")[1])
            .toList();
    private static final Map<String, String> FACTS = ShippedFacts.read();
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^}]*)}}");

    /** Any text may be right: what it means is looked at where it is used, which {@code SettingsIT} shows. */
    private static final Set<String> TEXTS = Set.of(
            "mediakeep.announce.to",
            "mediakeep.dead-letter.to",
            "mediakeep.watch.from",
            "mediakeep.api.token-file",
            "mediakeep.samples.directory",
            "mediakeep.http.host",
            "mediakeep.management.host",
            "mediakeep.ledger.user",
            "mediakeep.ledger.password",
            "mediakeep.storage.directory",
            "mediakeep.fetch.user-agent");

    /** What a provider's file says to people. */
    private static final Pattern TOLD = Pattern.compile("mediakeep\\.[a-z]+\\.(title|checked|seen|callback-answer)");

    private final Properties values = shipped();

    @Test
    void everyKeyOfThePropertiesFilesIsRead() {
        Settings settings = settings();
        SettingsCheck.run(settings, PROVIDERS);

        assertThat(keys()).isSubsetOf(settings.asked());
    }

    static Stream<String> keys() {
        return shipped().stringPropertyNames().stream()
                .filter(key -> key.startsWith("mediakeep."))
                .sorted();
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aWrongValueStopsTheStart(String key) {
        values.setProperty(key, "no such value");

        if (TEXTS.contains(key) || TOLD.matcher(key).matches()) {
            SettingsCheck.run(settings(), PROVIDERS);
        } else {
            assertThatThrownBy(() -> SettingsCheck.run(settings(), PROVIDERS))
                    .isInstanceOf(SettingException.class)
                    .hasMessageStartingWith(key + " must be ");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    mediakeep.suno.calls           | abc            | a whole number from 1 to 100000, but is 'abc'
                    mediakeep.suno.calls           | 0              | a whole number from 1 to 100000, but is '0'
                    mediakeep.suno.calls           | ''             | set, but is empty or missing
                    mediakeep.suno.calls-period    | 10s            | a whole number from 1 to 86400000, but is '10s'
                    mediakeep.vidu.poll-page-size  | abc            | a whole number from 1 to 500, but is 'abc'
                    mediakeep.vidu.poll-page-size  | 501            | a whole number from 1 to 500, but is '501'
                    mediakeep.kling.poll-max-pages | many           | a whole number from 1 to 100000, but is 'many'
                    mediakeep.kling.poll-full-page | -1             | a whole number from 1 to 500, but is '-1'
                    mediakeep.kling.poll-interval  | 1ms            | a duration such as
                    mediakeep.suno.authorization   | Bearer {key}   | header lines such as X-Version: 2, but one is not
                    mediakeep.ark.headers          | X Version: 1   | header lines such as X-Version: 2, but one is not
                    mediakeep.vidu.pager           | pager&x=1      | a name of A-Z a-z 0-9 . _ -, but is 'pager&x=1'
                    mediakeep.vidu.media-hosts     | *.vidu.com/x   | a list of host patterns
                    mediakeep.vidu.media-hosts     | ''             | set, but is empty or missing
                    mediakeep.kling.lists          | videos/../x?y  | a list of paths such as
                    mediakeep.suno.codes.throttled | 405;430        | a list of names of
                    mediakeep.suno.api-url         | api.sunoapi.org| an http or https URL
                    mediakeep.fetch.ports          | 443,99999      | a list of port numbers from 1 to 65535
                    mediakeep.fetch.ports          | ''             | set, but is empty or missing
                    mediakeep.task.retention       | 0d             | a duration such as
                    mediakeep.http.workers         | 0              | a whole number from 1 to 10000, but is '0'
                    mediakeep.http.port            | 65536          | a whole number from 0 to 65535, but is '65536'
                    mediakeep.management.port      | none           | a whole number from 0 to 65535, but is 'none'
                    mediakeep.ledger.partitions    | 2000           | a whole number from 0 to 1024, but is '2000'
                    mediakeep.copy.max-size        | 1024 GiB       | at most 10000 times mediakeep.copy.part-size
                    mediakeep.demo.tasks-failed    | 101            | a whole number from 0 to 100, but is '101'
                    mediakeep.demo.duration        | 2h             | a duration from 10ms to 1h, but is '2h'
                    """)
    void saysWhatWasExpected(String key, String value, String expected) {
        values.setProperty(key, value);

        assertThatThrownBy(() -> SettingsCheck.run(settings(), PROVIDERS))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith(key + " must be " + expected);
    }

    @ParameterizedTest
    @CsvSource({
        "mediakeep.kling.callback-token",
        "mediakeep.kling.callback-secret",
        "mediakeep.kling.api-key",
        "mediakeep.kling.access-key",
        "mediakeep.kling.secret-key",
        "mediakeep.storage.access-key",
        "mediakeep.storage.secret-key",
        "mediakeep.api.token"
    })
    void neverShowsASecret(String key) {
        values.setProperty(key, "s3cret with\tblanks");

        assertThatThrownBy(() -> SettingsCheck.run(settings(), PROVIDERS))
                .hasMessageStartingWith(key)
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void aProviderThatAUserAddedIsReadLikeTheOthers() {
        values.setProperty("mediakeep.mine.enabled", "false");
        values.setProperty("mediakeep.mine.poll-page-size", "all");

        assertThatThrownBy(() -> SettingsCheck.run(settings(), List.of("mine")))
                .hasMessage("mediakeep.mine.poll-page-size must be a whole number from 1 to 500, but is 'all'");
    }

    @ParameterizedTest
    @CsvSource({
        "mediakeep.suno.cals, mediakeep.suno.calls",
        "mediakeep.kling.pollinterval, mediakeep.kling.poll-interval",
        "mediakeep.copy.concurency, mediakeep.copy.concurrency",
        "mediakeep.storge.bucket, mediakeep.storage.bucket",
        "MEDIAKEEP_SUNO_CALS, MEDIAKEEP_SUNO_CALLS",
        "MEDIAKEEP_STORAGE_SECRETKEY, MEDIAKEEP_STORAGE_SECRET_KEY"
    })
    void aSettingThatNobodyReadsIsNamedWithTheNearest(String wrong, String nearest) {
        Set<String> known = new TreeSet<>(keys().toList());

        List<String> lines = wrong.startsWith("MEDIAKEEP_")
                ? UnknownSettings.lines(known, known, Set.of(wrong, "PATH", "MEDIAKEEP_COPY_LEASE_FILE"))
                : UnknownSettings.lines(known, Set.of(wrong, "mediakeep.copy.lease", "camel.main.name"), Set.of());

        assertThat(lines)
                .containsExactly(wrong + " is set, but nobody reads a setting of this name: is " + nearest + " meant?");
    }

    @Test
    void whereNoneIsNearNoneIsNamed() {
        assertThat(UnknownSettings.lines(Set.of("mediakeep.copy.lease"), Set.of("mediakeep.zzzzzzzzzz"), Set.of()))
                .containsExactly("mediakeep.zzzzzzzzzz is set, but nobody reads a setting of this name");
    }

    @ParameterizedTest
    @CsvSource({"a, a, 0", "'', abc, 3", "kitten, sitting, 3", "calls, cals, 1", "abc, cba, 2"})
    void countsTheCharactersBetweenTwoNames(String a, String b, int distance) {
        assertThat(UnknownSettings.distance(a, b)).isEqualTo(distance);
    }

    private Settings settings() {
        return new Settings(name -> Optional.ofNullable(values.getProperty(name))
                .map(value ->
                        PLACEHOLDER.matcher(value).replaceAll(inner -> shipped().getProperty(inner.group(1), ""))));
    }

    private static Properties shipped() {
        Properties shipped = new Properties();
        shipped.putAll(FACTS);
        for (String file : List.of("application.properties", "application-demo.properties")) {
            try (Reader content = Files.newBufferedReader(Path.of(file))) {
                shipped.load(content);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
        return shipped;
    }
}
