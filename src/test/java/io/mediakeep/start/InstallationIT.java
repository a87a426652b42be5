package io.mediakeep.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code target/mediakeep-<version>.tar.gz}, unpacked and run. */
class InstallationIT {
    @TempDir
    Path temp;

    @Test
    void runsWhereItIsUnpackedWithSecretsFromFilesAndAJarInExt() throws Exception {
        Path home = unpack();
        putIntoExt(home, InExt.class);
        Map<String, String> environment;
        try (KlingWorld kling = new KlingWorld()) {
            environment = kling.environment();
            Path token = Files.writeString(
                    temp.resolve("token"), environment.remove("MEDIAKEEP_KLING_CALLBACK_TOKEN") + "\n");
            Path secret =
                    Files.writeString(temp.resolve("secret"), environment.remove("MEDIAKEEP_KLING_CALLBACK_SECRET"));
            environment.put("MEDIAKEEP_KLING_CALLBACK_TOKEN_FILE", token.toString());
            Files.writeString(
                    home.resolve("application.properties"),
                    "\nmediakeep.kling.callback-secret = file:" + secret + "\ncamel.beans.inExt = #class:"
                            + InExt.class.getName() + "\n",
                    StandardOpenOption.APPEND);
            environment.put("JAVA_HOME", System.getProperty("java.home"));
            environment.put("JAVA_OPTS", System.getProperty("it.jvm", ""));
            environment.put("CLASS_ARCHIVE", "data/classes.jsa");

            try (Child first = new Child(home, command(home), environment)) {
                first.awaitReady();
                kling.finish("installed-1", first, home);
                assertThat(first.terminate().end(Child.PATIENCE)).isIn(0, 143);
                assertThat(first.errors()).isEmpty();
                assertThat(first.said()).contains(InExt.SAID).doesNotContain("Exception", "nobody reads");
            }
        }
        assertThat(home.resolve("data/classes.jsa")).isNotEmptyFile();

        // With -Xshare:on Java ends at once where it cannot use the archive.
        environment.merge("JAVA_OPTS", " -Xshare:on", String::concat);
        try (Child second = new Child(home, command(home), environment)) {
            second.awaitReady();
        }
    }

    @Test
    void saysWhichJavaItNeeds() throws Exception {
        Path home = unpack();
        try (Child child = new Child(home, command(home), Map.of("JAVA_HOME", temp.toString()))) {
            assertThat(child.end(Child.PATIENCE)).isEqualTo(2);
            assertThat(child.errors()).startsWith("mediakeep: there must be a JDK 17 or later in JAVA_HOME");
        }
    }

    @Test
    void theOtherArchiveHoldsTheSame() throws Exception {
        Path home = unpack();
        try (Stream<Path> files = Files.walk(home);
                ZipFile zip = new ZipFile(Child.property("it.installation") + ".zip")) {
            assertThat(zip.stream()
                            .filter(entry -> !entry.isDirectory())
                            .map(ZipEntry::getName)
                            .toList())
                    .containsExactlyInAnyOrderElementsOf(files.filter(Files::isRegularFile)
                            .map(file -> temp.relativize(file).toString())
                            .toList());
        }
        assertThat(home.resolve("bin/mediakeep.bat")).content().contains("io.mediakeep.Main", "\r\n");
    }

    private Path unpack() throws IOException, InterruptedException {
        Process tar = new ProcessBuilder(
                        "tar", "xzf", Child.property("it.installation") + ".tar.gz", "-C", temp.toString())
                .inheritIO()
                .start();
        assertThat(tar.waitFor(Child.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(tar.exitValue()).isZero();
        Path home = temp.resolve(Path.of(Child.property("it.installation")).getFileName());
        assertThat(home.resolve("bin/mediakeep")).isExecutable();
        return home;
    }

    private static List<String> command(Path home) {
        return List.of(home.resolve("bin/mediakeep").toString());
    }

    private static void putIntoExt(Path home, Class<?> type) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(home.resolve("ext/mine.jar")));
                InputStream in = type.getResourceAsStream("/" + name)) {
            jar.putNextEntry(new JarEntry(name));
            in.transferTo(jar);
        }
    }
}
