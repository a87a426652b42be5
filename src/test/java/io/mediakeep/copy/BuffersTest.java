package io.mediakeep.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuffersTest {
    private static final int SIZE = 1 << 10;

    @Test
    void aCopyHasTwoSparesWhereThereIsMuchRoom() {
        Buffers buffers = new Buffers(SIZE, 4, 100 * SIZE);

        assertThat(spares(buffers, 4)).containsExactly(2, 2, 1, 1);
    }

    @Test
    void eachCopyHasOneBeforeAnyHasTwo() {
        assertThat(spares(new Buffers(SIZE, 4, 8 * SIZE), 4)).containsExactly(1, 1, 1, 1);
        assertThat(spares(new Buffers(SIZE, 4, 9 * SIZE), 4)).containsExactly(2, 1, 1, 1);
        assertThat(spares(new Buffers(SIZE, 4, 6 * SIZE), 4)).containsExactly(1, 1, 0, 0);
        assertThat(spares(new Buffers(SIZE, 4, 0), 4)).containsExactly(0, 0, 0, 0);
    }

    @Test
    void whatIsGivenBackIsUsedAgain() {
        Buffers buffers = new Buffers(SIZE, 1, 100 * SIZE);
        byte[] own = buffers.take();
        List<byte[]> spares = buffers.takeSpares();
        buffers.giveBackSpares(spares);
        buffers.giveBack(own);

        List<byte[]> again = new ArrayList<>(buffers.takeSpares());
        again.add(buffers.take());
        assertThat(spares).hasSize(2);
        assertThat(again).containsExactlyInAnyOrder(own, spares.get(0), spares.get(1));
        assertThat(buffers.takeSpares()).isEmpty();
    }

    @Test
    void aCopyHoldsSixteenMebibytesAtMost() {
        assertThat(new Buffers(5 << 20, 1, 1L << 30).takeSpares()).hasSize(2);
        assertThat(new Buffers(8 << 20, 1, 1L << 30).takeSpares()).hasSize(1);
        assertThat(new Buffers(9 << 20, 1, 1L << 30).takeSpares()).isEmpty();
        assertThat(new Buffers(16 << 20, 1, 1L << 30).takeSpares()).isEmpty();
    }

    private static List<Integer> spares(Buffers buffers, int copies) {
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < copies; i++) {
            sizes.add(buffers.takeSpares().size());
        }
        return sizes;
    }
}
