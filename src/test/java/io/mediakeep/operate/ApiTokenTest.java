package io.mediakeep.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the token comes from, on real files; and what is said of it when the product is ready. */
class ApiTokenTest {
    @TempDir
    private Path temp;

    private final Map<String, String> properties = new HashMap<>();
    private final Settings settings = new Settings(name -> Optional.ofNullable(properties.get(name)));
    private Path file;

    @BeforeEach
    void name() {
        file = temp.resolve("data/api-token");
        properties.put("mediakeep.api.token-file", file.toString());
    }

    @Test
    void makesOneThatNobodyCanGuessAndItsOwnerAloneMayRead() throws IOException {
        ApiToken token = ApiToken.open(settings);

        assertThat(token.value()).matches("[A-Za-z0-9_-]{43}");
        assertThat(token.file()).contains(file);
        assertThat(Files.readString(file).strip()).isEqualTo(token.value());
        assertThat(rights()).isEqualTo("rw-------");
        Files.delete(file);
        assertThat(ApiToken.open(settings).value()).isNotEqualTo(token.value());
    }

    @Test
    void usesTheOneThatIsThereAgain() {
        assertThat(ApiToken.open(settings).value())
                .isEqualTo(ApiToken.open(settings).value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-rw-rw-", "r--r-----", "rwx------"})
    void takesTheRightsOfOthersAway(String found) throws IOException {
        String value = ApiToken.open(settings).value();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(found));

        assertThat(ApiToken.open(settings).value()).isEqualTo(value);
        assertThat(rights()).isEqualTo("rw-------");
    }

    @Test
    void leavesAFileThatCannotBeWrittenAsItIs() throws IOException {
        Files.createDirectory(file.getParent());
        Files.writeString(file, "from-a-secret-store\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));

        assertThat(ApiToken.open(settings).value()).isEqualTo("from-a-secret-store");
        assertThat(rights()).isEqualTo("r--------");
    }

    @Test
    void makesOneWhereAStartBrokeOffBeforeItWasWritten() throws IOException {
        Files.createDirectory(file.getParent());
        Files.createFile(file);
        assertThat(ApiToken.open(settings).value()).hasSize(43);
    }

    @Test
    void theOneThatIsSetIsUsedAndMakesNoFile() {
        properties.put("mediakeep.api.token", "set-in-the-environment");
        ApiToken token = ApiToken.open(settings);

        assertThat(token.value()).isEqualTo("set-in-the-environment");
        assertThat(token.file()).isEmpty();
        assertThat(file).doesNotExist();
    }

    @Test
    void refusesOneThatIsTooShortWithoutShowingIt() {
        properties.put("mediakeep.api.token", "hunter2");
        assertThatThrownBy(() -> ApiToken.open(settings))
                .isInstanceOf(SettingException.class)
                .hasMessage(
                        "mediakeep.api.token must be at least 16 visible characters, but has 7 characters that do not fit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2", "two lines that are long\nenough to be a token", "blanks in between them"})
    void refusesAFileThatHoldsSomethingElseWithoutShowingIt(String content) throws IOException {
        Files.createDirectory(file.getParent());
        Files.writeString(file, content);
        assertThatThrownBy(() -> ApiToken.open(settings))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("mediakeep.api.token-file")
                .hasMessageContaining(file.toString())
                .hasMessageNotContaining(content);
    }

    @Test
    void namesTheSettingWhereNoFileCanBeMade() throws IOException {
        Files.createFile(file.getParent());
        assertThatThrownBy(() -> ApiToken.open(settings))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("mediakeep.api.token-file");
        Files.delete(file.getParent());
        Files.createDirectories(file);
        assertThatThrownBy(() -> ApiToken.open(settings))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("mediakeep.api.token-file");
    }

    @Test
    void theReadyLineNamesTheFileAndTheTerminalAloneTheToken() {
        ApiToken token = ApiToken.open(settings);
        ReadyLine line = ready(token);

        assertThat(line.text("s")).startsWith("Ready: console http://localhost:8080/, token in " + file + " |");
        assertThat(line.text("s")).doesNotContain(token.value());
        assertThat(line.consoleUrl(false)).isEqualTo("http://localhost:8080/");
        assertThat(line.consoleUrl(true)).isEqualTo("http://localhost:8080/#token=" + token.value());
    }

    @Test
    void theReadyLineNamesTheSettingOfATokenThatIsSet() {
        properties.put("mediakeep.api.token", "set-in-the-environment");
        assertThat(ready(ApiToken.open(settings)).text("s")).contains(", token in mediakeep.api.token |");
    }

    private static ReadyLine ready(ApiToken token) {
        return new ReadyLine("http://localhost:8080/", "c", "m", "none", "l", token);
    }

    private String rights() throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
