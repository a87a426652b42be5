package io.mediakeep.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DemoFileTest {
    private static final String REMARK = "/kling/867283741759111202/0.origin";

    @ParameterizedTest
    @EnumSource
    void eachRemarkGivesOtherBytes(DemoFile file) {
        assertThat(file.marked("a")).isNotEqualTo(file.marked("b"));
        assertThat(file.marked(REMARK).length).isBetween(10_000, 150 * 1024);
    }

    @ParameterizedTest
    @EnumSource(names = {"STILL", "COVER"})
    void markedImagesCanBeRead(DemoFile file) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(file.marked(REMARK)));
        assertThat(image.getWidth()).isEqualTo(file.width());
        assertThat(image.getHeight()).isEqualTo(file.height());
    }

    @ParameterizedTest
    @EnumSource(names = {"DUSK", "FRACTAL", "SONG"})
    void markedVideosAreWholeBoxes(DemoFile file) {
        ByteBuffer bytes = ByteBuffer.wrap(file.marked(REMARK));
        List<String> boxes = new ArrayList<>();
        while (bytes.hasRemaining()) {
            int size = bytes.getInt(bytes.position());
            boxes.add(new String(bytes.array(), bytes.position() + 4, 4, StandardCharsets.US_ASCII));
            bytes.position(bytes.position() + size);
        }
        assertThat(boxes).startsWith("ftyp", "moov").contains("mdat").endsWith("free");
    }

    @Test
    void markedMusicHasItsFramesRightAfterTheTag() {
        byte[] bytes = DemoFile.MELODY.marked(REMARK);
        assertThat(new String(bytes, 0, 3, StandardCharsets.US_ASCII)).isEqualTo("ID3");
        int end = 10 + (bytes[8] << 7 | bytes[9]);
        assertThat(bytes[end] & 0xFF).isEqualTo(0xFF);
        assertThat(bytes[end + 1] & 0xE0).isEqualTo(0xE0);
    }
}
