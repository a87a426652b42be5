package io.mediakeep.signature;

import java.io.IOException;
import java.net.URI;

/** Reads published keys. Implementations are thread-safe, bounded in time and size, and follow no redirect. */
@FunctionalInterface
public interface JwksSource {
    /**
     * @return the text of a JSON Web Key Set
     * @throws IOException if it cannot be read
     */
    String read(URI url) throws IOException;
}
