declare module 'sns-validator' {
  export default class MessageValidator {
    validate(message: object, callback: (error: Error | null) => void): void;
  }
}

declare module 'stripe' {
  export default class Stripe {
    constructor(key: string);
    readonly webhooks: {
      generateTestHeaderString(options: {
        payload: string;
        secret: string;
        timestamp?: number;
      }): string;
      constructEvent(payload: string, header: string, secret: string): { readonly id: string };
    };
  }
}
