/** What a store refuses or cannot do, as the FastDFS status (a Linux errno) that the asker gets. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }
}
