package io.mediakeep.start;

/** A class that the product does not have: {@link InstallationIT} puts it into a jar in {@code ext/}. */
public final class InExt {
    static final String SAID = "the jar in ext is on the class path";

    public InExt() {
        System.out.println(SAID);
    }
}
