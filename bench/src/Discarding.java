package org.gaul.s3proxy.middleware;

import org.gaul.s3proxy.blobstore.BlobStore;

/** S3Proxy's own null store, which only its command line can otherwise reach. */
public final class Discarding {
    private Discarding() {}

    public static BlobStore in(BlobStore store) {
        return NullBlobStore.newNullBlobStore(store);
    }
}
