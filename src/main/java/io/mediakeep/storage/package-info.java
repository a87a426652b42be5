/** The bucket: keys, objects, manifests, and the S3 server that stands in for it where there is none. */
package io.mediakeep.storage;
