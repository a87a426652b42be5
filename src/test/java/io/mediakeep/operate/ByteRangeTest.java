package io.mediakeep.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0-, 0, 99",
        "bytes=0-0, 0, 0",
        "bytes=10-19, 10, 19",
        "bytes=99-, 99, 99",
        "bytes=90-500, 90, 99",
        "bytes=-1, 99, 99",
        "bytes=-500, 0, 99",
        "Bytes=5-6, 5, 6",
        "bytes=0-999999999999999999, 0, 99"
    })
    void readsOneRangeOfTheObject(String header, long from, long until) throws ApiException {
        assertThat(ByteRange.read(header, 100)).isEqualTo(new ByteRange(from, until));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {"", "bytes=", "bytes=-", "bytes=1-2,4-5", "bytes=2-1", "items=0-1", "bytes=a-b", "bytes=0-1 x"})
    void ignoresWhatIsNoRange(String header) throws ApiException {
        assertThat(ByteRange.read(header, 100)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=100-", "bytes=100-200", "bytes=-0"})
    void refusesAPartThatIsNotThere(String header) {
        assertThatThrownBy(() -> ByteRange.read(header, 100))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.getStatus()).isEqualTo(416));
    }

    @Test
    void givesItsBeginning() {
        assertThat(new ByteRange(10, 99).first(20)).isEqualTo(new ByteRange(10, 29));
        assertThat(new ByteRange(10, 19).first(20).length()).isEqualTo(10);
    }
}
