package io.mediakeep.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class WholeCrcTest {
    @Test
    void isThatOfAllBytes() {
        byte[] bytes = new byte[100_003];
        new Random(1).nextBytes(bytes);
        for (int cut : new int[] {0, 1, 7, 4_096, 65_535, 100_002, 100_003}) {
            int whole = WholeCrc.after(crc(bytes, 0, cut), crc(bytes, cut, bytes.length - cut), bytes.length - cut);
            assertThat(whole).as("cut at " + cut).isEqualTo(crc(bytes, 0, bytes.length));
        }
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
