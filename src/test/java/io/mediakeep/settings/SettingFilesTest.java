package io.mediakeep.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingFilesTest {
    private static final String KEY = "mediakeep.kling.api-key";
    private static final String VARIABLE = "MEDIAKEEP_KLING_API_KEY_FILE";

    @TempDir
    Path temp;

    private final Map<String, String> properties = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> taken = new HashMap<>();
    private final Settings settings =
            new Settings(new SettingFiles(name -> Optional.ofNullable(properties.get(name)), environment, taken::put));
    private Path secret;

    @BeforeEach
    void writeTheSecret() throws IOException {
        secret = Files.writeString(temp.resolve("key"), "s3cret\n");
    }

    @Test
    void aPropertyNamesAFileWithTheValue() {
        properties.put(KEY, "file:" + secret);

        assertThat(settings.text(KEY)).isEqualTo("s3cret");
        assertThat(taken).containsExactly(Map.entry(KEY, "s3cret"));
    }

    @Test
    void aVariableNamesAFileAndOverridesTheProperty() {
        properties.put(KEY, "another");
        environment.put(VARIABLE, secret.toString());

        assertThat(settings.isThere(KEY)).isTrue();
        assertThat(settings.text(KEY)).isEqualTo("s3cret");
    }

    @Test
    void aFileIsReadOnce() throws IOException {
        properties.put(KEY, "file:" + secret);
        settings.text(KEY);
        Files.delete(secret);

        assertThat(settings.text(KEY)).isEqualTo("s3cret");
    }

    @Test
    void aSettingIsNotSetByAVariableAndByItsFile() {
        environment.put("MEDIAKEEP_KLING_API_KEY", "another");
        environment.put(VARIABLE, secret.toString());

        assertThatThrownBy(() -> settings.text(KEY))
                .isInstanceOf(SettingException.class)
                .hasMessage(KEY + " must be set once, but is set by both MEDIAKEEP_KLING_API_KEY and " + VARIABLE);
    }

    @Test
    void aFileThatHoldsNothingOfUseIsNamed() throws IOException {
        properties.put("mediakeep.a", "file:" + temp.resolve("none"));
        properties.put("mediakeep.b", "file:" + Files.writeString(temp.resolve("empty"), " \n"));
        properties.put("mediakeep.c", "file:" + temp);
        properties.put("mediakeep.d", "file:" + Files.write(temp.resolve("bytes"), new byte[] {(byte) 0xff}));
        properties.put("mediakeep.e", "file:" + Files.writeString(temp.resolve("long"), "x".repeat(65_537)));

        assertThatThrownBy(() -> settings.find("mediakeep.a"))
                .hasMessage("mediakeep.a must be in a file with its value, but names " + temp.resolve("none")
                        + ", which is not there");
        assertThatThrownBy(() -> settings.find("mediakeep.b")).hasMessageEndingWith("empty, which is empty");
        assertThatThrownBy(() -> settings.find("mediakeep.c")).hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> settings.find("mediakeep.d")).hasMessageEndingWith("holds bytes that are no UTF-8");
        assertThatThrownBy(() -> settings.find("mediakeep.e")).hasMessageContaining("at most 64 KiB");
    }

    @Test
    void anEndpointOfTheFileComponentIsLeftAlone() {
        properties.put("mediakeep.announce.to", "file:outbox");
        properties.put("mediakeep.watch.from", "file:inbox");

        assertThat(settings.text("mediakeep.announce.to")).isEqualTo("file:outbox");
        assertThat(settings.text("mediakeep.watch.from")).isEqualTo("file:inbox");
        assertThat(taken).isEmpty();
    }

    @Test
    void theFileOfATokenThatIsMadeIsAnotherSetting() {
        environment.put("MEDIAKEEP_API_TOKEN_FILE", temp.resolve("made-later").toString());

        assertThat(settings.find("mediakeep.api.token")).isEmpty();
    }
}
