package io.mediakeep.digest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mediakeep.digest.Checksum.Algorithm;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksumTest {
    /** FIPS 180-2, appendix B.1; RFC 3720, appendix B.4. */
    @ParameterizedTest
    @CsvSource({
        "SHA256, abc, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "CRC32C, 123456789, e3069283"
    })
    void isWhatTheStandardSays(Algorithm algorithm, String text, String expected) {
        byte[] bytes = ("." + text + ".").getBytes(StandardCharsets.US_ASCII);
        Checksum.Running running = algorithm.begin();
        running.update(bytes, 1, 2);
        running.update(bytes, 3, bytes.length - 4);

        assertThat(running.end()).isEqualTo(new Checksum(algorithm, expected));
    }

    @Test
    void aCrcKeepsItsLeadingZeros() {
        assertThat(Algorithm.CRC32C.begin().end()).hasToString("crc32c 00000000");
    }

    @ParameterizedTest
    @CsvSource({"SHA256, e3069283", "CRC32C, E3069283", "CRC32C, 'e3069283 '", "CRC32C, ''"})
    void refusesAnotherFormWithoutRepeatingIt(Algorithm algorithm, String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Checksum(algorithm, value))
                .withMessage("a " + algorithm.label() + " has another form");
    }

    @Test
    void isFoundUnderTheLabelOfItsAlgorithm() {
        assertThat(Checksum.find(Map.of("crc32c", "e3069283", "provider", "kling")::get))
                .hasValue(new Checksum(Algorithm.CRC32C, "e3069283"));
        assertThat(Checksum.find(Map.of("sha256", "no digest")::get)).isEmpty();
        assertThat(Checksum.find(Map.<String, String>of()::get)).isEmpty();
    }
}
