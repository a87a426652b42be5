package io.mediakeep.copy;

/** CRC32C of a whole from those of its parts, without their bytes. */
final class WholeCrc {
    /** Castagnoli's polynomial, lowest bit last. */
    private static final int POLYNOMIAL = 0x82F63B78;

    private static final int ONE = 1 << 31;

    private WholeCrc() {}

    /**
     * @param crc    of all before; 0 for nothing
     * @param part   of what follows
     * @param length bytes of what follows
     */
    static int after(int crc, int part, long length) {
        // Each byte that follows multiplies what is before it by x^8.
        int factor = ONE;
        int power = 1 << 23;
        for (long bits = length; bits != 0; bits >>>= 1) {
            if ((bits & 1) != 0) {
                factor = product(factor, power);
            }
            power = product(power, power);
        }
        return product(factor, crc) ^ part;
    }

    /** Of two polynomials over GF(2), whose highest bit is x^0, modulo the one of the CRC. */
    private static int product(int a, int b) {
        int result = 0;
        int shifted = b;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                result ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? shifted >>> 1 ^ POLYNOMIAL : shifted >>> 1;
        }
        return result;
    }
}
