package io.mediakeep.failure;

/** A host that could be reached, if the operator lets this provider name it; reason {@code url_host}. */
public final class ForeignHostFailure extends FinalFailure {
    private static final long serialVersionUID = 1L;

    private final String host;

    public ForeignHostFailure(String host, String message) {
        super("url_host", message);
        this.host = host;
    }

    /** In lower case, without port. */
    public String host() {
        return host;
    }
}
