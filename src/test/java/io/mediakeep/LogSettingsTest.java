package io.mediakeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationFactory;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogSettingsTest {
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    @TempDir
    Path temp;

    @Test
    void readsLevelsOfLoggers() {
        assertThat(LogSettings.levels(levels("io.mediakeep.poll=DEBUG, org.apache.camel = info")))
                .containsExactly(
                        Map.entry("io.mediakeep.poll", Level.DEBUG), Map.entry("org.apache.camel", Level.INFO));
        assertThat(LogSettings.levels(levels(""))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"DEBUG", "io.mediakeep=LOUD", "a=INFO=b", "=INFO", "org.apache.hc=DEBUG", "org.apache.hc.x=ALL"})
    void refusesOthersAndThoseThatWouldWriteSecrets(String levels) {
        assertThatThrownBy(() -> LogSettings.levels(levels(levels)))
                .isInstanceOf(SettingException.class)
                .hasMessageStartingWith("mediakeep.log.levels must be ")
                .hasMessageEndingWith(", but is '" + levels + "'");
    }

    @Test
    void theEnvironmentComesBeforeTheProfileBeforeTheProperties() throws Exception {
        Path profile = Files.writeString(temp.resolve("p"), "b = profile\nc = profile");
        Path properties = Files.writeString(temp.resolve("q"), "a = file\nb = file\nc = file");
        Function<String, Optional<String>> source =
                LogSettings.source("file:" + profile + ",file:" + properties, Map.of("C", "environment"));

        assertThat(source.apply("a")).contains("file");
        assertThat(source.apply("b")).contains("profile");
        assertThat(source.apply("c")).contains("environment");
        assertThat(source.apply("d")).isEmpty();
    }

    @Test
    void aLineOfTextHasDateAndZoneAndIsOneLine() {
        assertThat(line("text", "said\nand done", null))
                .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(Z|[+-]\\d\\d:\\d\\d) INFO  mediakeep +said\\\\nand"
                        + " done\\R");
    }

    @Test
    void aLineOfJsonIsAnObjectWhateverItSays() throws Exception {
        String line = line("json", "said \"so\"\nand \u00fc", new IllegalStateException("broke \"here\""));

        assertThat(line.strip()).doesNotContain("\n");
        JsonNode json = new ObjectMapper().readTree(line);
        assertThat(OffsetDateTime.parse(json.get("time").textValue()).toInstant())
                .isEqualTo(NOW);
        assertThat(json.get("level").textValue()).isEqualTo("INFO");
        assertThat(json.get("logger").textValue()).isEqualTo("mediakeep");
        assertThat(json.get("message").textValue()).isEqualTo("said \"so\"\nand \u00fc");
        assertThat(json.get("error").textValue())
                .startsWith("java.lang.IllegalStateException: broke \"here\"")
                .contains("at io.mediakeep.LogSettingsTest");
        assertThat(new ObjectMapper().readTree(line("json", "well", null)).has("error"))
                .isFalse();
    }

    /** What the shipped configuration makes of it. */
    private static String line(String appender, String message, Throwable thrown) {
        try (LoggerContext context = new LoggerContext("test")) {
            Configuration configuration = ConfigurationFactory.getInstance()
                    .getConfiguration(
                            context,
                            "test",
                            Path.of("src/main/resources/log4j2.xml").toUri());
            configuration.initialize();
            Appender found = configuration.getAppender(appender);
            return found.getLayout()
                    .toSerializable(Log4jLogEvent.newBuilder()
                            .setLoggerName("mediakeep")
                            .setLevel(Level.INFO)
                            .setThreadName("main")
                            .setTimeMillis(NOW.toEpochMilli())
                            .setMessage(new SimpleMessage(message))
                            .setThrown(thrown)
                            .build())
                    .toString();
        }
    }

    private static Settings levels(String value) {
        return new Settings(name -> Optional.of(value).filter(v -> name.equals(LogSettings.LEVELS)));
    }
}
