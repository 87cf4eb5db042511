package com.bun.miitmdid.interfaces;

/** Told of the supplier of identifiers. */
public interface IIdentifierListener {
    void onSupport(IdSupplier supplier);
}
