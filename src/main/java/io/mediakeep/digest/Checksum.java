package io.mediakeep.digest;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * What tells the content of an object from any other. Immutable.
 *
 * @param value lower case hexadecimal digits, as many as the algorithm gives
 */
public record Checksum(Algorithm algorithm, String value) {
    /** @throws IllegalArgumentException if the value is none of the algorithm's; the message does not repeat it */
    public Checksum {
        if (!algorithm.fits(value)) {
            throw new IllegalArgumentException("a " + algorithm.label() + " has another form");
        }
    }

    /** The first one that the fields have under the label of its algorithm; empty if they have none, or one of another form. */
    public static Optional<Checksum> find(UnaryOperator<String> fields) {
        return Stream.of(Algorithm.values())
                .filter(algorithm -> algorithm.fits(fields.apply(algorithm.label())))
                .map(algorithm -> new Checksum(algorithm, fields.apply(algorithm.label())))
                .findFirst();
    }

    /** The value if it is of this algorithm, else null. */
    public String value(Algorithm wanted) {
        return algorithm == wanted ? value : null;
    }

    @Override
    public String toString() {
        return algorithm.label() + " " + value;
    }

    /** What a checksum is made with. */
    public enum Algorithm {
        SHA256(64) {
            @Override
            public Running begin() {
                MessageDigest digest = Digests.newSha256();
                return new Running(this, digest::update, () -> HexFormat.of().formatHex(digest.digest()));
            }
        },
        /** Costs next to nothing and finds every accident, but no intent: others can make the same one. */
        CRC32C(8) {
            @Override
            public Running begin() {
                CRC32C crc = new CRC32C();
                return new Running(this, crc::update, () -> HexFormat.of().toHexDigits((int) crc.getValue()));
            }
        };

        private final Pattern form;

        Algorithm(int digits) {
            form = Pattern.compile("[0-9a-f]{" + digits + "}");
        }

        /** Its name in the settings, the ledger, the metadata and the manifests. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        public abstract Running begin();

        private boolean fits(String value) {
            return value != null && form.matcher(value).matches();
        }
    }

    /** A checksum that is being made. For one thread. */
    public static final class Running {
        private final Algorithm algorithm;
        private final Sink sink;
        private final Supplier<String> value;

        private Running(Algorithm algorithm, Sink sink, Supplier<String> value) {
            this.algorithm = algorithm;
            this.sink = sink;
            this.value = value;
        }

        public void update(byte[] bytes, int from, int length) {
            sink.take(bytes, from, length);
        }

        /** To be asked for once. */
        public Checksum end() {
            return new Checksum(algorithm, value.get());
        }
    }

    private interface Sink {
        void take(byte[] bytes, int from, int length);
    }
}
